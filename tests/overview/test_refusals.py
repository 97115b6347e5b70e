"""What the overview refuses: each refusal by its code and at its field, with nothing changed before it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models import Meeting
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.overview import policies
from kangjiansheng.overview.models import PackDelivery
from kangjiansheng.overview.operations import deliveries, rates, retention, scenarios, value
from kangjiansheng.overview.rules import deliveries as delivery_rules
from kangjiansheng.overview.rules import rates as rate_rules
from kangjiansheng.overview.rules import retention as retention_rules
from kangjiansheng.overview.rules import scenario as scenario_rules
from kangjiansheng.overview.rules.economics import Money
from kangjiansheng.projects.models import Project
from tests.support.critic import Critic
from tests.support.refusing import refused

Cast = Callable[[str], Actor]


def project() -> Project:
    return db.session.scalars(select(Project).where(Project.code == "KJS-003")).one()


def test_of_a_scenario(actor: Cast) -> None:
    who, one = actor("executive"), project()
    plan = one.plan.milestones
    done, open_ = next(m for m in plan if m.state == "done"), next(m for m in plan if m.state == "open")
    found = scenarios.create(actor=who, name="试", note="", shared=False, illustrative=True)
    day = clock.today() + timedelta(days=90)
    with refused("overview:scenario-not-open", "milestone"):
        scenarios.move(found, done, day, actor=who, version=found.version)
    meeting = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-06")).one()
    with refused("overview:scenario-empty"):
        scenarios.propose(found, meeting, [], actor=who, version=found.version)
    found.moves = {str(number): day.isoformat() for number in range(scenario_rules.MOST)}
    db.session.flush()
    with refused("overview:scenario-full"):
        scenarios.move(found, open_, day, actor=who, version=found.version)
    found.moves = {}
    scenarios.stop(found, one, actor=who, version=found.version)
    for m in plan:
        m.state = "cancelled" if m.gate and m.state == "open" else m.state
    db.session.flush()
    with refused("overview:scenario-no-gate"):
        scenarios.propose(found, meeting, [one], actor=who, version=found.version)


def test_of_rates_and_values(actor: Cast) -> None:
    who, shares = actor("executive"), rate_rules.published()["BIO_CART"].rates
    own: dict[str, Any] = {
        "actor": who, "reason": "内部回顾", "name_hans": "本院",
        "rates": {key: {"p": rate.p, "n": rate.n} for key, rate in shares.items()},
    }  # fmt: skip
    with refused("overview:rates-unknown"):
        rates.create("NONE", **own)
    with refused("overview:reason-missing", "reason"):
        rates.create("BIO_CART", **own | {"reason": ""})
    made = rates.create("BIO_CART", **own)
    with refused("overview:rates-name", "name_hans"):
        rates.create("BIO_CART", **own)
    with refused("overview:rates-unknown", "code"):
        rates.use("NONE", actor=who, version=0, reason="换")
    with refused("overview:reason-missing", "reason"):
        rates.use(made.code, actor=who, version=0, reason="")
    made.retired = True
    db.session.flush()
    with refused("overview:rates-unknown", "code"):
        rates.use(made.code, actor=who, version=0, reason="换")
    facts: dict[str, Any] = {
        "actor": who, "costs": {"PHASE_I": Money(2027, (30.0,))}, "revenue": {}, "discount": 1000,
        "illustrative": False,
    }  # fmt: skip
    with refused("overview:value-basis", "basis"):
        value.enter(project(), version=0, basis="", reason="", **facts)
    row = value.enter(project(), version=0, basis="报价", reason="", **facts)
    with refused("overview:reason-missing", "reason"):
        value.enter(project(), version=row.version, basis="报价", reason="", **facts)


def test_of_a_pack_by_mail(actor: Cast) -> None:
    who = actor("lead")
    given: dict[str, Any] = {"actor": who, "committee_id": None}
    for code, field, wrong in (
        ("rhythm", "rhythm", {"rhythm": "hourly"}),
        ("attachment", "attachment", {"attachment": "exe"}),
        ("committee", "rhythm", {"rhythm": delivery_rules.MEETING}),
    ):
        with refused(f"overview:delivery-{code}", field):
            deliveries.subscribe(**given | {"rhythm": delivery_rules.WEEKLY, "attachment": "pdf"} | wrong)
    db.session.get_one(Person, who.id).email = None
    db.session.flush()
    with refused("overview:delivery-address", "rhythm"):
        deliveries.subscribe(**given, rhythm=delivery_rules.WEEKLY, attachment="pdf")
    assert policies.own_delivery(who, PackDelivery(person_id=who.id))
    assert not policies.own_delivery(actor("executive"), PackDelivery(person_id=who.id))


def test_of_what_is_kept(actor: Cast) -> None:
    who = actor("executive")
    for code, field, given in (
        ("hold-scope", "scope", ("song", "", "诉讼")),
        ("retention-why", "reason", ("all", "", " ")),
        ("hold-place", "place", ("project", "KJS-999", "诉讼")),
    ):
        with refused(f"overview:{code}", field):
            retention.place_hold(*given, actor=who)
    with refused("overview:kept-for-ever"):
        retention_rules.older_than(retention_rules.FOREVER, clock.today())


@pytest.mark.long
def test_a_scenario_goes_to_a_meeting_that_is_planned(client: Callable[..., Critic], app: Flask) -> None:
    lead = client("lead")
    with app.app_context():
        milestone = next(m.code for m in project().plan.milestones if m.state == "open" and not m.gate)
    where = lead.post("/overview/scenarios", data={"name": "试"}).headers["Location"]
    day = (date(2028, 3, 1)).isoformat()
    moved = lead.post(
        f"{where}/moves", data={"milestone": f"KJS-003 {milestone}", "day": day, "version": "1"}
    )
    assert moved.status_code == 303
    for meeting in ("SAC-2026-04", "NONE"):
        again = lead.post(f"{where}/proposal", data={"meeting": meeting, "version": "2"})
        assert again.status_code == 422 and "请选择一次筹备中的会议" in again.text
