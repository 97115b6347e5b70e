"""What a leaver answers for in committees and laboratories is given away on the same page; what is elected says so."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import select

from kangjiansheng.accounts import queries as people
from kangjiansheng.committee.models import Action, Committee, CommitteeMember, DraftVersion, Meeting, Minutes
from kangjiansheng.committee.operations.interests import recuse
from kangjiansheng.committee.operations.outcomes import record_action
from kangjiansheng.committee.queries.handing import duties
from kangjiansheng.core import clock, verify
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.db import db
from kangjiansheng.core.outbox import Notification
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs.models import JointLab, LabMember
from kangjiansheng.projects.models import Milestone
from kangjiansheng.projects.queries.handing import count_duties
from tests.support.critic import Critic
from tests.support.typed import words


def person(short: str) -> int:
    account = people.account_by_email(f"{short}@kjs.example")
    assert account is not None
    return account.person_id


def page_of(short: str) -> str:
    return f"/admin/people/CAST-{short.upper()}/handover"


def offered(page: str) -> set[str]:
    return set(html.document_fromstring(page).xpath("//input[@type='checkbox']/@value"))


def hand(client: Critic, app: Flask, leaver: str, key: str, successor: str) -> Any:
    with app.app_context():
        number = person(successor)
    return client.post(page_of(leaver), data={"things": key, "successor_id": number})


@pytest.fixture
def duty(app: Flask) -> dict[str, str]:
    """An open action and minutes in writing, both of the secretary, by the keys of the form."""
    with app.app_context(), writing():
        secretary = people.account_by_email("secretary@kjs.example")
        assert secretary is not None
        minutes = db.session.scalars(select(Minutes).where(Minutes.life == "draft")).first()
        assert minutes is not None
        minutes.drafter_id = secretary.person_id
        action = record_action(
            minutes, actor=people.system_actor(), text="补交稳定性数据", owner_id=secretary.person_id
        )
        sac = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
        return {
            "action": f"action:{action.id}",
            "minutes": f"minutes:{minutes.id}",
            "office": f"office_secretary:{sac.id}",
        }


def office(app: Flask, short: str) -> set[str]:
    with app.app_context():
        today = clock.today()
        query = select(CommitteeMember.office).where(
            CommitteeMember.person_id == person(short), people.holds_on(CommitteeMember, today)
        )
        return set(db.session.scalars(query))


@pytest.mark.long
def test_the_page_lists_offices_minutes_and_actions(
    app: Flask, client: Callable[..., Critic], duty: dict[str, str]
) -> None:
    answer = client("admin").get(page_of("secretary"))
    assert set(duty.values()) <= offered(answer.text)
    text = words(answer)
    assert "秘书 SAC" in text and "行动项 SAC-" in text and "起草中的会议纪要 SAC-" in text
    with app.app_context():
        mine = db.session.scalars(select(Action.text).where(Action.owner_id == person("secretary"))).all()
        assert mine and not any(said in answer.text for said in mine), "an administrator reads no minutes"
        total = count_duties(person("secretary"))
        by_hand = html.document_fromstring(answer.text).xpath("//section[@id='by-hand']//tbody/tr")
        assert (
            len(offered(answer.text)) + len(by_hand)
            == total
            >= len(duties(person("secretary"), people.system_actor()))
            >= 3
        )
    assert f"此人还负责 {total} 项" in words(client("admin").get("/admin/people/CAST-SECRETARY"))


def test_what_is_elected_is_listed_with_what_to_do(app: Flask, client: Callable[..., Critic]) -> None:
    admin = client("admin")
    answer = admin.get(page_of("chair"))
    rows = html.document_fromstring(answer.text).xpath("//section[@id='by-hand']//tbody/tr")
    assert (
        len(rows) == 1 and "主任委员" in rows[0].text_content() and "由委员会选任" in rows[0].text_content()
    )
    assert rows[0].xpath(".//a/@href") == ["/committees/SAC/edit"]
    assert admin.get("/committees/SAC/edit").status_code == 200, "who is sent there may go there"
    with app.app_context():
        sac = db.session.scalars(select(Committee.id).where(Committee.code == "SAC")).one()
    assert f"office_chair:{sac}" not in offered(answer.text)
    assert hand(admin, app, "chair", f"office_chair:{sac}", "lead2").status_code == 422
    assert office(app, "chair") == {"chair"}


@pytest.mark.long
def test_the_secretarys_office_goes_over_and_comes_back(
    app: Flask, client: Callable[..., Critic], duty: dict[str, str]
) -> None:
    admin = client("admin")
    refused = hand(admin, app, "secretary", duty["office"], "member")
    assert "此人已经是委员" in words(refused) and office(app, "secretary") == {"secretary"}
    done = hand(admin, app, "secretary", duty["office"], "lead2")
    assert done.status_code == 200 and "1 项已交给" in words(done)
    assert office(app, "lead2") == {"secretary"} and office(app, "secretary") == set()
    assert client("lead2").get("/committees/SAC/edit").status_code == 200
    assert client("secretary").get("/committees/SAC/edit").status_code == 403
    form = html.document_fromstring(done.text).xpath("//section[@role='status']//form")[0]
    data = {i.get("name"): i.get("value") for i in form.xpath(".//input[@type='hidden']")}
    assert admin.post(form.get("action"), data=data).status_code == 200
    assert office(app, "lead2") == set() and office(app, "secretary") == {"secretary"}
    with app.app_context():
        assert list(verify.problems(db.session())) == []


def test_an_action_gets_another_owner_and_the_signed_text_stays(
    app: Flask, client: Callable[..., Critic], duty: dict[str, str]
) -> None:
    with app.app_context():
        signed = db.session.execute(select(DraftVersion.id, DraftVersion.header, DraftVersion.sha256)).all()
    assert "1 项已交给" in words(hand(client("admin"), app, "secretary", duty["action"], "lead"))
    with app.app_context():
        action = db.session.get_one(Action, int(duty["action"].split(":")[1]))
        assert action.owner_id == person("lead")
        told = select(Notification.template).where(Notification.person_id == person("lead"))
        assert "committee:action-assigned" in set(db.session.scalars(told))
        acts = select(AuditEntry.act).where(AuditEntry.thing == "action", AuditEntry.thing_id == action.id)
        assert "committee:action:edit" in set(db.session.scalars(acts))
        after = db.session.execute(select(DraftVersion.id, DraftVersion.header, DraftVersion.sha256)).all()
        assert after == signed


def test_an_action_does_not_go_to_somebody_who_is_recused_from_its_item(
    app: Flask, client: Callable[..., Critic], duty: dict[str, str]
) -> None:
    with app.app_context(), writing():
        action = db.session.get_one(Action, int(duty["action"].split(":")[1]))
        item = db.session.get_one(Meeting, action.meeting_id).items[1]
        action.agenda_item_id = item.id
        recuse(item, actor=people.system_actor(), person_id=person("member"), reason="亲属")
    refused = hand(client("admin"), app, "secretary", duty["action"], "member")
    assert "此人对这项议题回避" in words(refused)
    with app.app_context():
        action = db.session.get_one(Action, int(duty["action"].split(":")[1]))
        assert action.owner_id == person("secretary")
        told = select(Notification.template).where(Notification.person_id == person("member"))
        assert "committee:action-assigned" not in set(db.session.scalars(told))


def test_an_action_that_was_submitted_stays_and_says_what_to_do(
    app: Flask, client: Callable[..., Critic], duty: dict[str, str]
) -> None:
    with app.app_context(), writing():
        action = db.session.get_one(Action, int(duty["action"].split(":")[1]))
        number, key = action.number, f"signed_action:{action.id}"
        db.session.get_one(Minutes, int(duty["minutes"].split(":")[1])).life = "review"
    admin = client("admin")
    page = admin.get(page_of("secretary")).text
    rows = html.document_fromstring(page).xpath("//section[@id='by-hand']//tbody/tr")
    said = next(row.text_content() for row in rows if number in row.text_content())
    assert "下次会议上记录由继任者负责的新行动项" in said and key not in offered(page)


@pytest.mark.long
def test_minutes_go_to_those_who_keep_the_committee(
    app: Flask, client: Callable[..., Critic], duty: dict[str, str]
) -> None:
    admin = client("admin")
    assert "起草人需要是该委员会的" in words(hand(admin, app, "secretary", duty["minutes"], "lead"))
    assert "1 项已交给" in words(hand(admin, app, "secretary", duty["minutes"], "chair"))
    with app.app_context(), writing():
        minutes = db.session.get_one(Minutes, int(duty["minutes"].split(":")[1]))
        assert minutes.drafter_id == person("chair")
        minutes.life = "review"
    assert "审阅" in words(hand(admin, app, "chair", duty["minutes"], "secretary"))
    with app.app_context():
        held = db.session.get_one(Minutes, int(duty["minutes"].split(":")[1]))
        assert held.drafter_id == person("chair")
        assert db.session.get_one(Meeting, held.meeting_id).code in admin.get(page_of("chair")).text


@pytest.mark.long
def test_a_role_in_a_laboratory_goes_first_and_makes_the_successor_one_of_the_team(
    app: Flask, client: Callable[..., Critic]
) -> None:
    admin = client("admin")
    page = admin.get(page_of("lead")).text
    with app.app_context():
        lab = db.session.scalars(select(JointLab.id).where(JointLab.code == "JL-01")).one()
    key = f"lab_director:{lab}"
    assert key in offered(page) and "主任 JL-01" in " ".join(
        html.document_fromstring(page).text_content().split()
    )
    with app.app_context():
        successor = person("outsider")
    keys = [one for one in offered(page) if one.startswith("milestone:")]
    done = admin.post(page_of("lead"), data={"things": [*keys, key], "successor_id": successor})
    assert done.status_code == 200
    with app.app_context():
        query = select(LabMember.person_id).where(
            LabMember.lab_id == lab, LabMember.role == "director", people.holds_on(LabMember, clock.today())
        )
        assert set(db.session.scalars(query)) == {successor}
        assert list(verify.problems(db.session())) == []
    assert client("outsider").get("/projects/KJS-003").status_code == 200
    assert f"{len(keys) + 1} 项已交给" in words(done)


def test_within_a_project_nothing_of_committees_is_told(
    app: Flask, client: Callable[..., Critic], duty: dict[str, str]
) -> None:
    with app.app_context(), writing():
        action = db.session.get_one(Action, int(duty["action"].split(":")[1]))
        action.owner_id, number = person("lead"), action.number
    page = client("lead").get("/projects/KJS-003/people/CAST-LEAD/handover").text
    assert number not in page and "lab_" not in page


@pytest.mark.long
def test_stopping_an_account_insists_on_a_decision(client: Callable[..., Critic], app: Flask) -> None:
    """Shown what is open: all of it to one successor, or left in so many words; nothing is chosen beforehand."""
    admin, page, left = client("admin"), "/admin/people/CAST-LEAD/disable", "仍有"
    with app.app_context():
        lead, outsider, lead2 = person("lead"), person("outsider"), person("lead2")
        before = count_duties(lead)
    form = html.document_fromstring(admin.get(page).text)
    assert "KJS-003" in form.text_content(), "what is open is shown"
    assert form.xpath("//input[@name='way'][@checked]") == []
    for data, said in (({}, "请选择全部交接，或写明不交接。"), ({"way": "give"}, "请选择接手人。")):
        refused = admin.post(page, data=data)
        assert refused.status_code == 422 and said in refused.text
    given = admin.post(page, data={"way": "give", "successor_id": lead2})
    assert given.status_code == 303
    with app.app_context(), writing():
        assert count_duties(lead) < before
        open_one = db.session.scalars(
            select(Milestone).where(Milestone.owner_id == lead2, Milestone.state == "open")
        ).first()
        assert open_one is not None
        open_one.owner_id = person("member")
        before = count_duties(person("member"))
    page = "/admin/people/CAST-MEMBER/disable"
    refused = admin.post(page, data={"way": "give", "successor_id": outsider})
    assert refused.status_code == 422 and "什么也没有交接" in refused.text, "a rule holds something back"
    with app.app_context():
        assert count_duties(person("member")) == before
    assert client("member").get("/account").status_code == 200, "and the account goes on"
    answer = admin.post(page, data={"way": "leave"})
    assert answer.status_code == 303 and left in admin.get(answer.location).text
    answer = admin.post("/admin/people/CAST-OUTSIDER/disable")
    assert answer.status_code == 303 and left not in admin.get(answer.location).text
