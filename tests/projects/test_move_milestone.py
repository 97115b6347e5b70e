"""Somebody says how a milestone stands: on track, will slip to … because …, done; and takes it back."""

from datetime import date, timedelta

import pytest
from lxml import html
from sqlalchemy import select

from kangjiansheng.core import audit, clock
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken, Stale
from kangjiansheng.core.outbox import Notification
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects import queries
from kangjiansheng.projects.forms.milestones import MilestoneForm
from kangjiansheng.projects.models import (
    Milestone,
    MilestoneEntry,
    MilestoneLink,
    Plan,
    Project,
    ProjectMember,
)
from kangjiansheng.projects.operations import milestones as operations
from tests.support.typed import whole

PATH = "/projects/KJS-003/milestones/A140"


@pytest.fixture
def find(in_app):
    """A milestone by its two codes, as somebody sees it."""

    def find(actor, code="A140", project="KJS-003"):
        return queries.milestone(actor=actor, code=project, milestone_code=code)

    return find


def later(days=60):
    """A day that has not come yet."""
    return clock.today() + timedelta(days=days)


def version_on(answer):
    """The version that a form carries."""
    from lxml import html

    tree = html.document_fromstring(answer.get_data(as_text=True))
    return tree.xpath("//form[contains(@action, '/update')]//input[@name='version']/@value")[0]


def test_a_lead_moves_it_with_a_reason_and_everybody_sees_the_new_date(client):
    lead = client("lead")
    version = version_on(lead.get(f"{PATH}/edit"))
    answer = lead.post(
        f"{PATH}/update",
        data={
            "choice": "will_slip",
            "date": later().isoformat(),
            "reason": "REGULATOR",
            "note": "审评中心要求补充资料",
            "version": version,
        },
    )
    assert (answer.status_code, answer.location) == (303, PATH)
    text = whole(lead.get(PATH))
    assert f"预测日期改为 {later().isoformat()}" in text
    assert "监管审评" in text and "审评中心要求补充资料" in text
    sentence = client("executive").get("/projects/KJS-003").get_data(as_text=True)
    assert later().isoformat() in sentence


def test_a_date_without_a_reason_comes_back_with_what_was_typed(client):
    lead = client("lead")
    version = version_on(lead.get(f"{PATH}/edit"))
    data = {"choice": "will_slip", "date": later().isoformat(), "note": "写了一半", "version": version}
    answer = lead.post(f"{PATH}/update", data=data)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "请选择一个主要原因" in text
    assert "写了一半" in text and later().isoformat() in text


def test_who_gives_neither_date_nor_reason_is_told_of_both_at_once(client):
    lead = client("lead")
    version = version_on(lead.get(f"{PATH}/edit"))
    answer = lead.post(f"{PATH}/update", data={"choice": "will_slip", "version": version})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "请填写新的预测日期" in text and "请选择一个主要原因" in text
    assert text.count("autofocus") == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"choice": "will_slip", "date": "2020-01-01", "reason": "OTHER"}, "已经过去"),
        ({"choice": "will_slip", "date": "2027-02-30", "reason": "OTHER"}, "2 月没有 30 日"),
        ({"choice": "will_slip", "date": "soon", "reason": "OTHER"}, "日期无法识别"),
        ({"choice": "will_slip", "reason": "OTHER"}, "请填写新的预测日期"),
        ({"choice": "done", "actual": "2999-01-01"}, "请填 1950 到 2100 年之间的日期"),
        ({"choice": "done", "actual": "2090-01-01"}, "还没有到"),
        ({}, "请先选择一个回答"),
    ],
)
def test_what_cannot_be_is_refused_in_words(client, data, words):
    lead = client("lead")
    version = version_on(lead.get(f"{PATH}/edit"))
    answer = lead.post(f"{PATH}/update", data=data | {"version": version})
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)


def test_two_people_edit_the_same_milestone_and_the_second_sees_both(client):
    first, second = client("lead"), client("lead")
    version = version_on(first.get(f"{PATH}/edit"))
    assert version_on(second.get(f"{PATH}/edit")) == version
    mine, theirs = later(50).isoformat(), later(70).isoformat()
    data = {"choice": "will_slip", "reason": "OTHER", "version": version}
    assert first.post(f"{PATH}/update", data=data | {"date": theirs}).status_code == 303
    answer = second.post(f"{PATH}/update", data=data | {"date": mine, "note": "我这边的说明"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert mine in text and theirs in text and "我这边的说明" in text
    now = version_on(answer)
    assert now != version
    kept = html.fromstring(
        second.post(f"{PATH}/update", data={"choice": "on_track", "version": version}).text
    )
    rows = kept.xpath("//*[@id='conflict']//th[@scope='row']/text()")
    assert "日期" not in rows and "状态" in rows, "who confirms the date that stands takes none away"
    again = second.post(f"{PATH}/update", data=data | {"date": mine, "version": now})
    assert again.status_code == 303
    assert f"<b>{mine}</b>" in second.get(PATH).get_data(as_text=True)


def test_a_form_without_a_version_never_overwrites(client):
    data = {"choice": "will_slip", "date": later().isoformat(), "reason": "OTHER"}
    assert client("lead").post(f"{PATH}/update", data=data).status_code == 409


def test_in_place_the_row_comes_back_with_sentence_and_toast(client):
    lead = client("lead")
    hx = {"HX-Request": "true"}
    form = lead.get(f"{PATH}/edit", headers=hx).get_data(as_text=True)
    assert "<html" not in form and 'id="m-A140"' in form
    version = form.split('name="version" value="')[1].split('"')[0]
    data = {"choice": "will_slip", "date": later().isoformat(), "reason": "OTHER", "version": version}
    row = lead.post(f"{PATH}/update", data=data, headers=hx).get_data(as_text=True)
    assert row.lstrip().startswith("<tbody")
    assert 'hx-swap-oob="true"' in row and "/undo/" in row and later().isoformat() in row
    plain = lead.get(f"{PATH}/row", headers=hx).get_data(as_text=True)
    assert "<form" not in plain


def test_undo_names_what_it_undoes_and_counts_no_move(actor, find):
    lead = actor("lead")
    before = find(lead)
    forecast, moves = before.forecast, before.moves
    with writing():
        moved = operations.will_slip(find(lead), later(), "OTHER", actor=lead, version=None)
        moved_id = moved.id
    assert find(lead).moves == moves + 1
    with writing():
        entry = queries.entry(actor=lead, code="KJS-003", milestone_code="A140", entry_id=moved_id)
        operations.undo(entry, actor=lead)
    after = find(lead)
    assert (after.forecast, after.moves) == (forecast, moves)
    last = db.session.scalars(
        select(MilestoneEntry)
        .where(MilestoneEntry.milestone_id == after.id)
        .order_by(MilestoneEntry.id.desc())
    ).first()
    assert (last.kind, last.undoes_id) == ("undo", moved_id)


def test_an_undo_of_another_person_is_a_move(actor, find):
    lead, system = actor("lead"), actor("lead")
    with writing():
        moves = find(lead).moves
        moved_id = operations.will_slip(find(lead), later(), "OTHER", actor=lead, version=None).id
        db.session.add(
            ProjectMember(
                project_id=find(lead).plan.project_id,
                person_id=actor("lead2").id,
                role="lead",
                valid_from=date(2025, 1, 1),
            )
        )
    other = actor("lead2")
    with writing():
        entry = queries.entry(actor=other, code="KJS-003", milestone_code="A140", entry_id=moved_id)
        operations.undo(entry, actor=other)
    assert find(system).moves == moves + 2


def test_undo_is_refused_once_somebody_has_said_something_else(actor, find):
    lead = actor("lead")
    with writing():
        first = operations.will_slip(find(lead), later(50), "OTHER", actor=lead, version=None).id
    with writing():
        operations.will_slip(find(lead), later(60), "OTHER", actor=lead, version=None)
    entry = queries.entry(actor=lead, code="KJS-003", milestone_code="A140", entry_id=first)
    with pytest.raises(RuleBroken, match="changed-since"):
        operations.undo(entry, actor=lead)


def test_what_an_import_said_is_not_undone(actor, find):
    lead = actor("lead")
    last = db.session.scalars(
        select(MilestoneEntry.id)
        .where(MilestoneEntry.milestone_id == find(lead).id)
        .order_by(MilestoneEntry.id.desc())
    ).first()
    entry = queries.entry(actor=lead, code="KJS-003", milestone_code="A140", entry_id=last)
    with pytest.raises(RuleBroken, match="undo-opening"):
        operations.undo(entry, actor=lead)


def test_a_confirmation_is_no_move(actor, find):
    lead = actor("lead")
    moves, forecast = find(lead).moves, find(lead).forecast
    with writing():
        entry = operations.on_track(find(lead), actor=lead, version=find(lead).version)
        assert entry.kind == "confirm"
    assert (find(lead).moves, find(lead).forecast) == (moves, forecast)
    assert find(lead).confirmed_by_id == lead.id


def test_done_and_open_again(actor, find):
    lead = actor("lead")
    with writing():
        operations.done(find(lead), clock.today(), actor=lead, version=None)
    assert (find(lead).state, find(lead).actual) == ("done", clock.today())
    with pytest.raises(RuleBroken, match="not-open"):
        operations.on_track(find(lead), actor=lead, version=None)
    db.session.rollback()
    with writing():
        operations.reopen(find(lead), actor=lead, version=None)
    assert (find(lead).state, find(lead).actual) == ("open", None)


def test_a_member_proposes_and_a_lead_confirms(client, app):
    with app.app_context(), writing():
        from kangjiansheng.accounts.queries import actor_by_email

        project = db.session.scalars(select(Project).where(Project.code == "KJS-003")).one()
        partner = actor_by_email("partner@kjs.example")
        db.session.add(
            ProjectMember(
                project_id=project.id, person_id=partner.id, role="member", valid_from=date(2025, 1, 1)
            )
        )
    member, lead = client("partner"), client("lead")
    version = version_on(member.get(f"{PATH}/edit"))
    data = {"choice": "will_slip", "date": later().isoformat(), "reason": "OTHER", "version": version}
    assert member.post(f"{PATH}/update", data=data).status_code == 303
    text = lead.get("/projects/KJS-003").get_data(as_text=True)
    assert f"待确认 {later().isoformat()}" in text
    assert "2026-12-17" in text  # the promise stands
    version = version_on(lead.get(f"{PATH}/edit"))
    assert lead.post(f"{PATH}/update", data={"choice": "on_track", "version": version}).status_code == 303
    assert f"<b>{later().isoformat()}</b>" in lead.get(PATH).get_data(as_text=True)


@pytest.mark.parametrize(
    ("who", "status"),
    [("executive", 403), ("auditor", 403), ("lead2", 404), ("outsider", 404), ("admin", 404), (None, 401)],
)
def test_nobody_else_updates(client, who, status):
    data = {"choice": "on_track", "version": "1"}
    assert client(who).post(f"{PATH}/update", data=data).status_code == status


def test_the_trail_and_the_bell_know(actor, find):
    lead = actor("lead")
    with writing():
        db.session.add(
            ProjectMember(
                project_id=find(lead).plan.project_id,
                person_id=actor("partner").id,
                role="member",
                valid_from=date(2025, 1, 1),
            )
        )
    with writing():
        operations.will_slip(find(lead), later(), "ETHICS", actor=lead, version=None)
    entry = db.session.scalars(select(audit.AuditEntry).order_by(audit.AuditEntry.seq.desc())).first()
    assert entry.act == "projects:milestone:slip"
    assert entry.after["forecast"] == later().isoformat()
    told = list(db.session.scalars(select(Notification).where(Notification.template == "projects:moved")))
    assert {n.person_id for n in told} == {actor("partner").id}
    assert told[0].facts["code"] == "A140"


def test_an_old_form_is_stale(actor, find):
    lead = actor("lead")
    seen = find(lead).version
    with writing():
        operations.on_track(find(lead), actor=lead, version=seen)
    with pytest.raises(Stale):
        operations.will_slip(find(lead), later(), "OTHER", actor=lead, version=seen)


def test_a_risk_is_flagged_and_cleared(client):
    lead = client("lead")
    path = "/projects/KJS-011/milestones/A060"
    version = version_on(lead.get(f"{path}/edit"))
    assert lead.post(f"{path}/flag", data={"version": version}).status_code == 303
    assert "有风险" in lead.get(path).get_data(as_text=True)
    version = version_on(lead.get(f"{path}/edit"))
    assert lead.post(f"{path}/unflag", data={"version": version}).status_code == 303
    assert "取消风险标记</button>" not in lead.get(path).get_data(as_text=True)


def test_the_plan_moves_and_the_baseline_stays(client):
    lead = client("lead")
    version = version_on(lead.get(f"{PATH}/edit"))
    data = {"plan": later(90).isoformat(), "version": version, "note": "补充资料"}
    assert lead.post(f"{PATH}/plan", data=data).status_code == 422
    data["authority"] = "公司决策会"
    assert lead.post(f"{PATH}/plan", data=data).status_code == 303
    text = lead.get(PATH).get_data(as_text=True)
    assert "2026-08-24" in text and later(90).isoformat() in text
    assert lead.post(f"{PATH}/plan", data=data).status_code == 409


@pytest.mark.long
def test_a_milestone_is_handed_over_within_the_project(client, app):
    lead = client("lead")
    with app.app_context():
        from kangjiansheng.accounts.queries import actor_by_email

        outsider, own = actor_by_email("outsider@kjs.example").id, actor_by_email("lead@kjs.example").id
    version = version_on(lead.get(f"{PATH}/edit"))
    nobody = lead.post(f"{PATH}/owner", data={"owner_id": "0", "version": version})
    assert nobody.status_code == 303
    version = version_on(lead.get(f"{PATH}/edit"))
    assert lead.post(f"{PATH}/owner", data={"owner_id": str(outsider), "version": version}).status_code == 422
    assert lead.post(f"{PATH}/owner", data={"owner_id": str(own), "version": version}).status_code == 303
    assert "实验室负责人（血液肿瘤）" in lead.get(PATH).get_data(as_text=True)


def post(client, who, path, **data):
    """Post to a milestone with the version that its form carries."""
    from lxml import html

    reader = client(who)
    tree = html.document_fromstring(reader.get(PATH).text)
    (version,) = set(tree.xpath("//input[@name='version']/@value"))
    return reader.post(f"{PATH}/{path}", data={**data, "version": version}, follow_redirects=True)


@pytest.mark.parametrize(
    ("path", "data"),
    [("update", {"choice": "done", "actual": "1999-01-01"}), ("plan", {"plan": "2001-03-01"})],
)
def test_a_day_long_before_the_project_is_refused_with_what_is_expected(client, path, data):
    answer = post(client, "lead", path, **data)
    assert answer.status_code == 422 and "太早了：项目始于 20" in answer.text


def filing():
    """The milestone of the tests."""
    chosen = select(Milestone).join(Plan).join(Project)
    return db.session.scalars(chosen.where(Project.code == "KJS-003", Milestone.code == "A140")).one()


def test_done_before_its_predecessor_is_taken_and_doubted(client, app):
    with app.app_context():
        thing = filing()
        before = db.session.scalars(
            select(Milestone)
            .join(MilestoneLink, MilestoneLink.predecessor_id == Milestone.id)
            .where(MilestoneLink.milestone_id == thing.id, Milestone.actual.is_not(None))
        ).first()
        assert before is not None and before.actual is not None
        day, code = before.actual - timedelta(days=1), before.code
    answer = post(client, "lead", "update", choice="done", actual=day.isoformat())
    assert answer.status_code == 200 and f"早于前置的 {code}" in answer.text


def test_an_earlier_date_is_called_an_advance(client):
    day = later(1)
    answer = post(client, "lead", "update", choice="will_slip", date=day.isoformat())
    assert answer.status_code == 200 and f"预测日期提前到 {day.isoformat()}" in whole(answer)
    assert "A140 临床试验默示许可 · 提前" in client("lead").get("/projects/KJS-003/history").text


def standing(app):
    with app.app_context():
        thing = filing()
        entries = select(MilestoneEntry).where(MilestoneEntry.milestone_id == thing.id)
        last = db.session.scalars(entries.order_by(MilestoneEntry.id.desc())).first()
        return thing.forecast, thing.reason_code, last.kind, last.change_set.reason_code, thing.version


def test_an_earlier_date_keeps_no_cause_and_is_told_before(app, client):
    promised, reason, *_ = standing(app)
    assert promised > later(1) and reason
    preview = client("lead").get(f"{PATH}/effect?choice=will_slip&date={later(1)}").text
    assert f"比现在的 {promised.isoformat()} 早" in preview and "会记为提前，不需要原因" in preview
    answer = post(client, "lead", "update", choice="will_slip", date=later(1).isoformat(), reason="STAFF")
    assert f"预测日期提前到 {later(1).isoformat()}" in whole(answer)
    now, kept, kind, said, _version = standing(app)
    assert (now, kind, said) == (later(1), "forecast", None) and kept != "STAFF"
    with app.app_context():
        act = db.session.scalars(select(audit.AuditEntry.act).order_by(audit.AuditEntry.id.desc())).first()
        assert act == "projects:milestone:advance"
    first = (
        client("lead")
        .get("/projects/KJS-003/history")
        .text.split("A140 临床试验默示许可 · 提前")[1]
        .split("</li>")[0]
    )
    assert "人员" not in first


def test_the_same_date_says_so_and_changes_nothing_but_the_cause_of_a_slip(app, client):
    before = promised, reason, *_ = standing(app)
    preview = client("lead").get(f"{PATH}/effect?choice=will_slip&date={promised}").text
    assert f"就是现在的 {promised.isoformat()}：日期不变" in preview
    said = {"choice": "will_slip", "date": promised.isoformat()}
    answer = post(client, "lead", "update", **said, reason=reason)
    assert answer.status_code == 422 and f"预测日期本来就是 {promised.isoformat()}" in answer.text
    assert standing(app) == before
    other = "STAFF" if reason != "STAFF" else "SUPPLY"
    answer = post(client, "lead", "update", **said, reason=other)
    assert answer.status_code == 200 and "日期不变，原因改为" in whole(answer)
    assert standing(app)[:2] == (promised, other)
    assert "A140 临床试验默示许可 · 更正推迟的原因" in client("lead").get("/projects/KJS-003/history").text


def test_many_that_are_brought_forward_keep_no_cause(app, client):
    with app.app_context():
        rows = db.session.execute(
            select(Milestone.id, Milestone.version)
            .join(Plan)
            .join(Project)
            .where(Project.code == "KJS-003", Milestone.state == "open", Milestone.forecast > later(30))
        ).all()
    named = ",".join(f"{key}:{version}" for key, version in rows)
    asked = {"rows": named, "act": "move", "days": "-3", "unit": "day", "reason": "STAFF", "follow": "keep"}
    answer = client("lead").post("/milestones/bulk/consent", data=asked, follow_redirects=True)
    assert answer.status_code == 200, answer.text[:400]
    with app.app_context():
        written = db.session.scalars(
            select(MilestoneEntry).order_by(MilestoneEntry.id.desc()).limit(len(rows))
        ).all()
        assert {one.change_set.reason_code for one in written} == {None}
        assert "STAFF" not in {one.reason_code for one in written}


@pytest.mark.long
def test_the_history_says_from_whom_to_whom_it_went(client):
    answer = post(client, "lead", "owner", owner_id="0")
    assert "已不由任何人负责" in answer.text and "已交给新的负责人" not in answer.text
    line = client("lead").get("/projects/KJS-003/history").text.split("更换负责人")[1].split("</li>")[0]
    assert "实验室负责人（血液肿瘤）" in line and "—" in line


def test_what_was_refused_half_way_is_not_shown_as_the_others(in_app, actor, find):
    with in_app.test_request_context("/", method="POST", data={"choice": "on_track", "version": "0"}):
        thing = find(actor("lead"))
        form, before, key = MilestoneForm(milestone=thing), thing.forecast, thing.id

        def act() -> None:
            thing.forecast = date(2030, 1, 1)
            db.session.flush()
            raise Stale(thing, 0)

        assert form.attempt(act) is None and form.conflict is not None
        assert db.session.get_one(Milestone, key).forecast == before
