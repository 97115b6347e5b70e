"""What whoever books, leases or reviews holds until the commit, so that of two at once the second meets the first."""

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs.models import Company, JointLab, ParkFloor, SharedResource
from kangjiansheng.labs.operations import resources, reviews, space
from tests.support.holding import held


def test_what_an_act_holds(actor: Callable[[str], Actor]) -> None:
    lab = db.session.scalars(select(JointLab)).first()
    room = db.session.scalars(select(SharedResource)).first()
    assert lab is not None and room is not None
    with held() as rows:
        reviews.meet_last(lab, 2020, None)
    assert rows == [JointLab.__tablename__]
    with held() as rows:
        resources.lock(room.id)
    assert rows == [SharedResource.__tablename__]
    company = db.session.scalars(select(Company).where(Company.code == "CO-003")).one()
    with held() as rows:
        space.create_lease(
            company, actor=actor("executive"), floor_code="A-03", area_m2=10, starts_on=date(2029, 4, 1),
            ends_on=clock.today() + timedelta(days=2000),
        )  # fmt: skip
    assert ParkFloor.__tablename__ in rows
