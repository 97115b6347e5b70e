"""Two hundred book one room at once: never two for the same hour, and everybody else hears which booking was first."""

import threading
import time

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from kangjiansheng.accounts.queries import actor_by_email
from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs.models import Booking, SharedResource
from kangjiansheng.labs.operations.bookings import book
from kangjiansheng.labs.operations.resources import create_resource
from kangjiansheng.labs.rules.resources import HOUR, at, meets

HOURS = 10
CROWD = 200


class Booker(threading.Thread):
    """One who books two hours of the day with a connection of her own; a busy database is asked again."""

    def __init__(self, app, number: int, gate: threading.Barrier) -> None:
        super().__init__(daemon=True)
        self.app, self.number, self.gate = app, number, gate
        self.answer = "nothing"

    def run(self) -> None:
        """Wait for the others, then all at once."""
        self.gate.wait(60)
        until = time.monotonic() + 240
        while self.answer == "nothing" and time.monotonic() < until:
            try:
                with self.app.app_context():
                    self.answer = self._book()
            except (sa.exc.OperationalError, sa.exc.TimeoutError):  # busy: nothing was written
                time.sleep(0.05)

    def _book(self) -> str:
        begins = at(clock.today(), 8) + 7 * 24 * HOUR + self.number % (HOURS - 1) * HOUR
        try:
            with writing():
                room = db.session.scalars(select(SharedResource).where(SharedResource.code == "RES-77")).one()
                actor = actor_by_email("executive@kjs.example")
                assert actor is not None
                book(room, actor=actor, starts_at=begins, ends_at=begins + 2 * HOUR, purpose=f"{self.number}")
                return "booked"
        except RuleBroken as problem:
            return problem.code
        finally:
            db.session.remove()


@pytest.mark.long
@pytest.mark.parametrize("capacity", [1, 3])
def test_never_two_for_the_same_hour(app, capacity):
    with app.app_context(), writing():
        create_resource(
            actor=actor_by_email("executive@kjs.example"), code="RES-77", kind="clean_room", name_hans="并发",
            institution_code="SPH", capacity=capacity,
        )  # fmt: skip
    gate = threading.Barrier(CROWD)
    all_ = [Booker(app, n, gate) for n in range(CROWD)]
    for one in all_:
        one.start()
    for one in all_:
        one.join(300)
    answers = [one.answer for one in all_]
    assert set(answers) == {"booked", "labs:booking-taken"}
    with app.app_context():
        rows = list(
            db.session.scalars(select(Booking).join(SharedResource).where(SharedResource.code == "RES-77"))
        )
        assert len(rows) == answers.count("booked")
        assert len({row.number for row in rows}) == len(rows)
        for n, row in enumerate(rows):
            assert 1 <= row.place <= capacity
            assert not any(meets(row, other) for other in rows[:n])
        # Nobody was refused who could have had it: two neighbouring hours are free on no place.
        taken = {(row.place, row.starts_at + n * HOUR) for row in rows for n in range(2)}
        for one in (one for one in all_ if one.answer != "booked"):
            begins = at(clock.today(), 8) + 7 * 24 * HOUR + one.number % (HOURS - 1) * HOUR
            for place in range(1, capacity + 1):
                assert {(place, begins), (place, begins + HOUR)} & taken
