"""The floors are never larger than the park, and leases never larger than their floor: by the rule and by the database."""

import threading
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.accounts import queries as accounts
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs.models import Lease
from kangjiansheng.labs.operations import space as operations
from kangjiansheng.labs.queries import residents as companies
from kangjiansheng.labs.queries import space as queries
from kangjiansheng.labs.rules import space as rules
from tests.support.typed import opened, send, typed, words

DAYS = st.integers(0, 40).map(lambda number: date(2026, 1, 1) + timedelta(number))


@given(
    st.lists(
        st.builds(Lease, area_m2=st.integers(1, 50), starts_on=DAYS, ends_on=st.none() | DAYS), max_size=6
    )
)
def test_the_peak_is_that_of_every_day(leases):
    days = [date(2026, 1, 1) + timedelta(number) for number in range(42)]
    every = [sum(x.area_m2 for x in leases if rules.holds(x, day)) for day in days]
    valid = [x for x in leases if x.ends_on is None or x.ends_on >= x.starts_on]
    assert rules.peak(valid)[0] == max(every, default=0)


def test_floors_and_leases_are_kept_within_what_there_is(client):
    executive = client("executive")
    page = words(executive.get("/residents/space"))
    assert "租出 2,750 平方米" in page and "尚未登记 87,200 平方米" in page
    assert "已登记楼层占全园 27%" in page and "租出占已登记楼层 8%，占全园 2%" in page
    new = {"code": "C-01", "building": "示例 C 栋", "level": "1"}
    refused = typed(executive, "/residents/floors/new", **new, area_m2="87201")
    assert refused.status_code == 422 and "还可登记 87,200 平方米" in words(refused)
    assert typed(executive, "/residents/floors/new", **new, area_m2="87200").status_code == 303
    small = typed(executive, "/residents/floors/A-02/edit", area_m2="1700")
    assert small.status_code == 422 and "2025-07-01" in words(small)
    lease = {"floor_code": "A-03", "area_m2": "3851", "starts_on": "2028-01-01"}
    full = typed(executive, "/residents/CO-003/leases/new", **lease)
    assert full.status_code == 422 and "4,801" in words(full)
    later = typed(executive, "/residents/CO-003/leases/new", **lease | {"starts_on": "2029-04-01"})
    assert later.status_code == 303  # the other lease has ended
    address = "/residents/CO-002/leases/1"
    form = opened(executive, "/residents/CO-002", f"{address}/withdraw")
    assert send(executive, f"{address}/withdraw", form).status_code == 303
    assert "租出 1,800 平方米" in words(executive.get("/residents/space"))
    assert "租出 2,750 平方米" in words(executive.get("/residents/space?as_of=2026-11-22"))
    assert executive.post(f"{address}/restore").status_code == 303
    assert typed(executive, "/residents/CO-006/leases/new", **lease).status_code == 422  # a partner


def at_once(app, acts):
    """Let each act begin when the others have read as well; what went wrong in each."""
    met, wrong = threading.Barrier(len(acts)), []

    def run(act):
        try:
            with app.app_context(), writing():
                if db.engine.dialect.name == "postgresql":  # SQLite lets one in after the other
                    db.session.execute(sa.text("SELECT 1"))
                    met.wait(10)
                act()
        except Exception as problem:
            wrong.append(problem)

    people = [threading.Thread(target=run, args=(act,)) for act in acts]
    for one in people:
        one.start()
    for one in people:
        one.join(30)
    return wrong


def test_of_two_at_once_one_is_refused(app):
    def floor(code):
        actor = accounts.system_actor()
        operations.create_floor(actor=actor, code=code, building=code, level=1, area_m2=60_000)

    def lease(code):
        actor = accounts.system_actor()
        found = companies.company(actor=actor, code=code)
        operations.create_lease(
            found, actor=actor, floor_code="A-01", area_m2=3_000, starts_on=date(2026, 12, 1)
        )

    for acts in (
        [lambda: floor("X-01"), lambda: floor("Y-01")],
        [lambda: lease("CO-001"), lambda: lease("CO-002")],
    ):
        wrong = at_once(app, acts)
        assert [type(one) for one in wrong] == [RuleBroken], wrong


def test_the_database_refuses_what_goes_round_the_rule(in_app):
    with db.engine.begin() as connection:
        facts = connection.execute(
            sa.text("SELECT company_id, floor_id FROM lease WHERE area_m2 = 1800")
        ).one()
    park = "INSERT INTO park_floor (code, building, level, area_m2, illustrative, version) VALUES ('Z', 'Z', 1, 87201, false, 1)"
    floor = "UPDATE park_floor SET area_m2 = 1799 WHERE code = 'A-02'"
    lease = (
        "INSERT INTO lease (company_id, number, floor_id, area_m2, starts_on, note, version) "
        f"VALUES ({facts.company_id}, 9, {facts.floor_id}, 3401, '2026-12-01', '', 1)"
    )
    raised = "UPDATE lease SET area_m2 = 5201 WHERE area_m2 = 1800"
    for statement in (park, floor, lease, raised):
        with pytest.raises(sa.exc.DBAPIError, match="larger than the"), db.engine.begin() as connection:
            connection.execute(sa.text(statement))
    assert queries.area_of_floors() == 32_800
