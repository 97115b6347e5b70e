"""kill -9 in the middle of saves: what was acknowledged is there, whole; nothing is half there."""

import random
import threading
import time
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from tests.support.server import Server
from tests.support.visitor import Visitor, form_of

MILESTONE = "/projects/KJS-003/milestones/A170"


class Saver(threading.Thread):
    """Saves one milestone again and again; each acknowledged save's note is kept in a journal."""

    def __init__(self, server: Server, journal: list[str], round_no: int) -> None:
        super().__init__(daemon=True)
        self.server, self.journal, self.round_no, self.tried = server, journal, round_no, 0

    def run(self) -> None:
        """Until the server is gone."""
        try:
            visitor = Visitor(self.server.base, timeout=10)
            visitor.sign_in("lead")
            while True:
                self.tried += 1
                note = f"round {self.round_no} save {self.tried}"
                if self._save(visitor, note):
                    self.journal.append(note)
        except (OSError, AssertionError, ConnectionError, ValueError):
            return
        except Exception as problem:  # http.client's own family
            if type(problem).__module__ != "http.client":
                raise

    def _save(self, visitor: Visitor, note: str) -> bool:
        _status, page = visitor.get(f"{MILESTONE}/edit")
        form = form_of(page, f"{MILESTONE}/update")
        day = date(2027, 3, 1) + timedelta(days=self.tried % 200)
        form |= {"choice": "will_slip", "date": day.isoformat(), "reason": "OTHER", "note": note}
        form.pop("quick", None)
        status, _page = visitor.post(f"{MILESTONE}/update", form)
        return status == 200


def rounds(serve: Callable[..., Server], count: int) -> None:
    """Start, save, kill; at the end compare the journal with what is stored."""
    server = serve()
    journal: list[str] = []
    chance = random.Random(20260910)
    for number in range(count):
        before = len(journal)
        saver = Saver(server, journal, number)
        saver.start()
        until = time.monotonic() + 20
        while len(journal) == before and time.monotonic() < until:
            time.sleep(0.02)
        assert len(journal) > before, f"nothing was saved in round {number}:\n{server.log()[-2000:]}"
        time.sleep(chance.uniform(0.05, 0.6))
        server.kill()
        saver.join(15)
        server.start()
    _compare(server, journal)


def _compare(server: Server, journal: list[str]) -> None:
    engine = sa.create_engine(server.url)
    with engine.connect() as connection:
        notes = [
            row.note
            for row in connection.execute(
                sa.text("SELECT note FROM milestone_entry WHERE note LIKE 'round %'")
            )
        ]
        orphans = connection.execute(
            sa.text(
                "SELECT e.id FROM milestone_entry e LEFT JOIN audit_entry a ON a.change_set_id = e.change_set_id "
                "WHERE a.id IS NULL"
            )
        ).all()
        stored = connection.execute(
            sa.text(
                "SELECT m.note, e.note AS said FROM milestone m JOIN milestone_entry e ON e.milestone_id = m.id "
                "WHERE m.code = 'A170' AND e.note LIKE 'round %' ORDER BY e.id DESC LIMIT 1"
            )
        ).one()
    engine.dispose()
    assert len(notes) == len(set(notes)), "a save is there twice"
    assert set(journal) <= set(notes), f"lost: {sorted(set(journal) - set(notes))}"
    assert len(notes) - len(journal) <= 40, "more is stored than was tried"
    assert orphans == []
    assert stored.note == stored.said, "the milestone and its ledger disagree"
    verdict = server.command("audit", "verify")
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


def test_two_kills_lose_nothing(serve: Callable[..., Server]) -> None:
    rounds(serve, 2)


@pytest.mark.soak
def test_twenty_kills_lose_nothing(serve: Callable[..., Server]) -> None:
    rounds(serve, 20)
