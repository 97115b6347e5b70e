"""A joint laboratory's own plan: its directors lead it, its people propose, who sees the inside reads it, nobody else."""

import io
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import func, select

from kangjiansheng.accounts import queries as accounts
from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.core import clock, outbox
from kangjiansheng.core.db import Stale, db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs import queries as labs
from kangjiansheng.labs.models import JointLab, LabMember
from kangjiansheng.overview.queries import meanings
from kangjiansheng.overview.queries.calendar import calendar_of
from kangjiansheng.projects import policies, queries
from kangjiansheng.projects.forms.starting import LabStartingForm
from kangjiansheng.projects.models import Evidence, GateDecision, Milestone, Plan
from kangjiansheng.projects.operations import bulk as many
from kangjiansheng.projects.operations import gates, milestones, projects
from kangjiansheng.projects.operations.links import make_links
from kangjiansheng.projects.operations.starting import start_lab_plan
from kangjiansheng.projects.queries import bulk, handing
from kangjiansheng.projects.queries.links import answering
from kangjiansheng.projects.queries.milestone_lists import MilestoneFilter
from kangjiansheng.projects.queries.milestone_lists import milestones as listed
from kangjiansheng.projects.queries.reminders import own_reminders, to_confirm
from kangjiansheng.projects.rules.bulk import Wanted
from kangjiansheng.projects.rules.gates import Condition
from tests.support import papers
from tests.support.queries import queries_counted

START = date(2026, 11, 2)
PLAN = "/labs/JL-01/plan"
E050 = "/labs/JL-01/milestones/E050"


def lab(code: str = "JL-01") -> JointLab:
    found = labs.lab(actor=system_actor(), code=code)
    assert found is not None
    return found


def start(who, code: str = "JL-01", **more) -> Plan:
    found = lab(code)
    facts = {"pathway": "E_jointlab", "start": START, "typical": True, "past_ok": True}
    return start_lab_plan(found, actor=who, version=found.version, **facts | more)


def join(short: str, role: str = "scientist", code: str = "JL-01") -> int:
    person = accounts.account_by_email(f"{short}@kjs.example").person_id
    row = LabMember(lab_id=lab(code).id, person_id=person, role=role, valid_from=date(2025, 1, 1))
    db.session.add(row)
    db.session.flush()
    return person


def find(who, code: str = "E050") -> Milestone:
    found = queries.milestone(actor=who, of="labs", code="JL-01", milestone_code=code)
    assert found is not None
    return found


@pytest.fixture
def begun(app: Flask) -> Flask:
    """JL-01 has a plan, and one of its scientists is the member of the cast."""
    with app.app_context(), writing():
        start(system_actor())
        join("member")
    return app


def words(answer) -> str:
    return " ".join(html.document_fromstring(answer.get_data(as_text=True)).text_content().split())


# Starting


def test_a_laboratory_that_is_being_set_up_is_not_asked_whether_it_works_already(app: Flask) -> None:
    fields = {}
    with app.test_request_context("/"):
        for life, accepted in (("proposed", None), ("set_up", None), ("operating", None), ("set_up", START)):
            form = LabStartingForm().ask_of(JointLab(life=life, accepted_on=accepted))
            fields[life, accepted is not None] = "built_ok" in form
    assert fields == {
        ("proposed", False): False,
        ("set_up", False): False,
        ("operating", False): True,
        ("set_up", True): True,
    }


@pytest.mark.long
def test_a_director_looks_at_the_plan_and_starts_it(app: Flask, client: Callable) -> None:
    lead = client("lead")
    assert "/labs/JL-01/plan/new" in lead.get("/labs/JL-01").get_data(as_text=True)
    form = {"pathway": "E_jointlab", "start": "2026-12-01", "typical": "y", "optional": "E_jointlab:E090"}
    with app.app_context():
        form["version"] = str(lab().version)
    shown = lead.post("/labs/JL-01/plan/new", data=form | {"preview": "y"})
    assert shown.status_code == 200
    assert "洁净区/GMP环境验证" in words(shown)
    assert lead.get(PLAN).status_code == 404  # nothing was saved
    # JL-01 works already: that is said, and asked about.
    asked = lead.post("/labs/JL-01/plan/new", data=form)
    assert asked.status_code == 422 and "确实要建立时请勾选这一项" in words(asked)
    with app.app_context():
        accepted = lab().accepted_on
    assert accepted and f"这个实验室已于 {accepted.isoformat()} 验收" in words(asked)
    assert lead.get(PLAN).status_code == 404
    form["built_ok"] = "y"
    answer = lead.post("/labs/JL-01/plan/new", data=form)
    assert (answer.status_code, answer.location) == (303, PLAN)
    page = lead.get(PLAN)
    assert page.status_code == 200
    assert "场地交付" in words(page)
    assert "/labs/JL-01/plan/new" not in lead.get("/labs/JL-01").get_data(as_text=True)
    with app.app_context():
        codes = [m.code for m in queries.lab_plans(actor=system_actor())[0].milestones]
        assert codes[0] == "E010" and "E090" in codes


@pytest.mark.long
def test_only_its_directors_start_it(client: Callable) -> None:
    for who in ("executive", "auditor", "admin", "lead2", "partner", "member", "outsider"):
        assert client(who).get("/labs/JL-01/plan/new").status_code == 403, who
        assert "plan/new" not in client(who).get("/labs/JL-01").get_data(as_text=True), who


def test_it_is_started_once_from_a_pathway_for_laboratories(in_app: Flask, actor: Callable) -> None:
    lead = actor("lead")
    with pytest.raises(RuleBroken, match="pathway-unknown"):
        start(lead, pathway="A_drug")
    with pytest.raises(RuleBroken, match="plan-in-past"):
        start(lead, start=date(2024, 1, 1), past_ok=False)
    with pytest.raises(Stale):
        found = lab()
        start_lab_plan(found, actor=lead, version=found.version + 1, pathway="E_jointlab")
    start(lead)
    with pytest.raises(RuleBroken, match="plan-there"):
        start(lead)


def test_codes_of_projects_and_laboratories_do_not_meet(in_app: Flask, actor: Callable) -> None:
    with pytest.raises(RuleBroken, match="code-taken"):
        projects.create_project(
            actor=actor("executive"), code="JL-01", pathway="A_drug", lab_codes=[], lead_lab="JL-01"
        )


def test_without_a_start_nothing_has_a_day(in_app: Flask, actor: Callable) -> None:
    plan = start(actor("lead"), start=None)
    assert {m.current_plan for m in plan.milestones} == {None}


def test_its_milestones_are_those_of_the_director_who_starts_it(in_app: Flask, actor: Callable) -> None:
    lead = actor("lead")
    assert {m.owner_id for m in start(lead).milestones} == {lead.id}
    assert {one.project.code for one in queries.mine(actor=lead) if one.project.of == "labs"} == {"JL-01"}


def test_who_starts_it_without_directing_the_laboratory_owns_nothing_of_it(in_app: Flask) -> None:
    assert {m.owner_id for m in start(system_actor()).milestones} == {None}


# Who sees it


@pytest.mark.long
def test_who_sees_the_inside_sees_the_plan_and_nobody_else(begun: Flask, client: Callable) -> None:
    sees = {"executive", "auditor", "lead", "member"}  # the member comes from a partner
    for who in ("executive", "auditor", "lead", "member", "lead2", "partner", "secretary", "outsider"):
        reader = client(who)
        for path in (
            PLAN,
            E050,
            f"{PLAN}/history",
            "/labs/JL-01/baselines",
            "/labs/JL-01/milestones/E020/dossier",
        ):
            assert reader.get(path).status_code == (200 if who in sees else 404), (who, path)
        shown = [
            reader.get(path).get_data(as_text=True)
            for path in (
                "/labs/JL-01",
                "/milestones",
                "/milestones?view=timeline&zoom=all",
                "/search?q=场地交付",
            )
        ]
        assert {"/labs/JL-01/milestones/" in text for text in shown} == {who in sees}, who
        assert ("场地交付" in reader.get("/milestones.csv").get_data(as_text=True)) is (who in sees), who


def test_a_laboratory_for_its_team_only_hides_its_plan_from_partners(begun: Flask, client: Callable) -> None:
    with begun.app_context(), writing():
        db.session.delete(db.session.scalar(select(LabMember).order_by(LabMember.id.desc()).limit(1)))
        lab().confidentiality = "team"
    assert client("member").get(PLAN).status_code == 404
    assert "场地交付" not in client("member").get("/milestones").get_data(as_text=True)
    assert client("lead").get(PLAN).status_code == 200


def test_wrong_addresses_lead_nowhere(begun: Flask, client: Callable) -> None:
    lead = client("lead")
    for path in (
        "/labs/JL-02/plan",
        "/projects/JL-01/milestones/E050",
        "/labs/KJS-003/milestones/A140",
        "/labs/JL-01/milestones/A140",
        "/others/JL-01/milestones/E050",
    ):
        assert lead.get(path).status_code == 404, path


# Who may do what


def test_directors_confirm_members_propose_executives_read(begun: Flask, actor: Callable) -> None:
    with begun.app_context():
        thing = find(system_actor())
        rights = {
            who: (
                policies.update(actor(who), thing),
                policies.confirm(actor(who), thing),
                policies.set_plan(actor(who), thing),
            )
            for who in ("lead", "member", "executive", "auditor", "lead2")
        }
    assert rights == {
        "lead": (True, True, True),
        "member": (True, False, False),
        "executive": (False, False, False),
        "auditor": (False, False, False),
        "lead2": (False, False, False),
    }


def test_a_scientist_proposes_and_the_director_is_told_and_confirms(begun: Flask, actor: Callable) -> None:
    with begun.app_context():
        lead, member = actor("lead"), actor("member")
        thing = find(member)
        day = thing.current_plan + timedelta(20)
        said = milestones.will_slip(thing, day, "FUNDING", actor=member, version=thing.version)
        assert said.kind == "propose" and thing.proposed == day
        assert [one.project for one in to_confirm(actor=lead, led=policies.standing(lead).leads)].count(
            "JL-01"
        ) == 1
        assert not to_confirm(actor=actor("lead2"), led=policies.standing(actor("lead2")).leads)
        told = db.session.scalars(select(outbox.Notification).order_by(outbox.Notification.id.desc())).first()
        assert (told.person_id, told.address) == (lead.id, E050)
        assert told.facts["project"] == "JL-01"
        kept = milestones.on_track(thing, actor=lead, version=thing.version)
        assert kept.forecast == day and thing.proposed is None


def test_a_slip_is_previewed_moves_along_and_is_undone(begun: Flask, actor: Callable) -> None:
    with begun.app_context():
        lead = actor("lead")
        thing = find(lead)
        day = thing.current_plan + timedelta(60)
        found = {one.code: one.after for one in queries.spread(thing, day).moved}
        assert "E110" in found
        entry = milestones.will_slip(thing, day, "FUNDING", actor=lead, version=thing.version)
        assert {e.milestone.code for e in queries.moved_along(entry)} == set(found)
        milestones.undo(entry, actor=lead)
        assert find(lead).forecast is None and find(lead, "E110").forecast is None


def test_the_page_of_a_milestone_offers_what_works(begun: Flask, client: Callable) -> None:
    lead = client("lead")
    page = words(lead.get(E050))
    assert "工期与依赖" in page and "调整计划与状态" in page
    assert "登记风险" not in page  # risks belong to projects
    answer = lead.post(f"{E050}/update", data={"version": "1", "choice": "done", "actual": "2026-11-20"})
    assert (answer.status_code, answer.location) == (303, E050)
    with begun.app_context():
        entry = db.session.scalar(select(func.max(Milestone.id)).where(Milestone.code == "E050"))
        assert db.session.get(Milestone, entry).state == "done"
    assert "完成于 2026-11-20" in words(lead.get(E050))
    assert lead.get(f"{E050}/effect?choice=on_track&version=2").status_code == 200
    assert lead.post(f"{E050}/reopen", data={"version": "2"}).location == E050
    assert "已重新打开，其他里程碑的日期不变" in words(lead.get(E050))  # what had followed is not taken back


def test_a_row_is_edited_in_the_page_of_the_plan_and_comes_back(begun: Flask, client: Callable) -> None:
    lead = client("lead")
    htmx = {"HX-Request": "true"}
    row = lead.get(f"{E050}/edit?back=project", headers=htmx)
    assert f'action="{E050}/update"' in row.get_data(as_text=True)
    form = {
        "version": "1",
        "back": "project",
        "choice": "will_slip",
        "date": "2027-06-01",
        "reason": "FUNDING",
    }
    saved = lead.post(f"{E050}/update", data=form, headers=htmx).get_data(as_text=True)
    assert 'id="m-E050"' in saved and 'id="pj-outlook"' in saved and f"{PLAN}/history" in saved
    plain = lead.post(f"{E050}/update", data=form | {"version": "2", "date": "2027-07-01"})
    assert plain.location == PLAN
    stale = lead.post(f"{E050}/update", data=form)
    assert stale.status_code == 409


def test_a_milestone_is_given_to_people_of_the_laboratory_only(begun: Flask, actor: Callable) -> None:
    with begun.app_context():
        lead, thing = actor("lead"), find(actor("lead"))
        milestones.give_to(thing, actor("member").id, actor=lead, version=thing.version)
        assert thing.owner_id == actor("member").id
        with pytest.raises(RuleBroken, match="owner-outside-lab"):
            milestones.give_to(thing, actor("lead2").id, actor=lead, version=thing.version)


def test_a_milestone_joins_a_baseline_is_frozen_and_a_clock_stops(
    begun: Flask, client: Callable, actor: Callable
) -> None:
    lead = client("lead")
    form = {"version": "1", "code": "E055", "name_hans": "水电验收", "plan": "2027-02-01"}
    with begun.app_context():
        form["version"] = str(lab().version)
    made = lead.post("/labs/JL-01/milestones/new", data=form)
    assert made.location == "/labs/JL-01/milestones/E055"
    moved = {"version": "1", "choice": "will_slip", "date": "2027-03-01", "reason": "FUNDING"}
    lead.post("/labs/JL-01/milestones/E055/update", data=moved)
    frozen = {"version": form["version"], "name": "第二版", "reason": "场地晚交", "authority": "管理委员会"}
    assert lead.post("/labs/JL-01/baselines", data=frozen).location == "/labs/JL-01/baselines"
    assert "第二版" in words(lead.get("/labs/JL-01/baselines"))
    stopped = lead.post(
        "/labs/JL-01/milestones/E055/stops", data={"version": "3", "first": "2026-11-10", "note": "补件"}
    )
    assert stopped.status_code == 303, words(stopped)
    with begun.app_context():
        outside = actor("member")
        plan = queries.lab_plan(actor=outside, code="JL-01")
        assert not policies.lead(outside, plan)


def test_evidence_and_a_gate_with_a_condition(begun: Flask, client: Callable, actor: Callable) -> None:
    gate = "/labs/JL-01/milestones/E020"
    sent = {"kind": "other", "files": (io.BytesIO(papers.PDF), "协议.pdf")}
    answer = client("member").post(f"{gate}/evidence", data=sent, content_type="multipart/form-data")
    assert answer.location == f"{gate}#evidence"
    assert client("outsider").get(f"{gate}/evidence/1/files/1").status_code == 404
    lead = client("lead")
    assert lead.get(f"{gate}/evidence/1").status_code == 200
    assert (
        lead.post(f"{gate}/evidence/1/verdict", data={"version": "1", "verdict": "accepted"}).status_code
        == 303
    )
    with begun.app_context(), writing():
        who = actor("lead")
        made = gates.decide(
            find(who, "E020"),
            "conditional",
            actor=who,
            decided_on=clock.today(),
            body="管理委员会",
            reasons="附件未签",
            conditions=[Condition("补签附件", clock.today() + timedelta(30), actor("member").id)],
        )
        assert isinstance(made, GateDecision)
        assert find(who, "E020-C1").owner_id == actor("member").id
        of_gate = select(func.count(Evidence.id)).where(Evidence.milestone_id == find(who, "E020").id)
        assert db.session.scalar(of_gate) == 1
        with pytest.raises(RuleBroken, match="conditions-open"):
            gates.require_conditions_met(find(who, "E070"))
    told = words(lead.get(f"{gate}/dossier"))
    assert "补签附件" in told
    assert "证据由实验室主任或执行管理层审核。" in told and "项目负责人" not in told
    assert "补签附件" in words(lead.get(PLAN))


def test_nothing_is_written_to_the_plan_of_an_archived_laboratory(
    begun: Flask, client: Callable, actor: Callable
) -> None:
    with begun.app_context(), writing():
        found = lab()
        found.archived_at = clock.now()
    lead = client("lead")
    assert "联合实验室已归档，只能查看。" in words(lead.get(PLAN))
    assert "调整计划与状态" not in words(lead.get(E050))
    with begun.app_context(), pytest.raises(RuleBroken, match="lab-archived"):
        thing = find(actor("lead"))
        milestones.on_track(thing, actor=actor("lead"), version=thing.version)
    assert "场地交付" not in lead.get("/milestones").get_data(as_text=True)


def test_a_closed_laboratory_is_asked_for_nothing(begun: Flask, actor: Callable) -> None:
    with begun.app_context():
        thing = find(system_actor(), "E010")
        milestones.give_to(thing, actor("member").id, actor=system_actor(), version=thing.version)
        before = db.session.scalar(queries.mine_to_update(actor=actor("member")))
        lab().life = "closed"
        db.session.flush()
        assert db.session.scalar(queries.mine_to_update(actor=actor("member"))) == before - 1
        assert not [one for one in calendar_of(actor=actor("member")) if one.code == "JL-01"]


# Where others name the project


def give_all(short: str, who) -> None:
    for m in queries.lab_plan(actor=who, code="JL-01").milestones:
        milestones.give_to(
            m, accounts.account_by_email(f"{short}@kjs.example").person_id, actor=who, version=None
        )


@pytest.mark.long
def test_it_stands_in_my_milestones_the_bell_reminders_calendar_and_search(
    begun: Flask, client: Callable, actor: Callable
) -> None:
    with begun.app_context(), writing():
        give_all("member", system_actor())
        member = actor("member")
        waiting = queries.to_update(queries.mine(actor=member))
        assert [one.project.code for one in waiting] == ["JL-01"] * len(waiting) != []
        assert db.session.scalar(queries.mine_to_update(actor=member)) == len(waiting)
        later = own_reminders(
            actor=member, today=waiting[0].milestone.promised + timedelta(1), days_before=[7]
        )
        assert "JL-01" in {one.project for one in later}
        dated = [one for one in calendar_of(actor=member) if one.kind == "milestone"]
        assert {one.path.rpartition("/")[0] for one in dated} == {"/labs/JL-01/milestones"}
    page = client("member").get("/my/milestones")
    assert "/labs/JL-01/milestones/" in page.get_data(as_text=True)
    assert "/labs/JL-01/milestones/" in client("member").get("/").get_data(as_text=True)
    for query in ("场地交付", "場地交付 JL-01", "场地交付&lab=JL-01"):
        assert f'href="{E050}' in client("member").get(f"/search?q={query}").get_data(as_text=True), query
    assert f'href="{E050}' not in client("member").get("/search?q=场地交付&lab=JL-02").get_data(as_text=True)


def test_it_is_answered_by_link_as_long_as_one_sees_it(
    begun: Flask, client: Callable, actor: Callable
) -> None:
    with begun.app_context(), writing():
        give_all("member", system_actor())
        thing = find(system_actor(), "E010")
        path = next(iter(make_links(actor("member").id, [thing.id]).values()))
        assert answering(path.rpartition("/")[2]).milestone.id == thing.id
    page = begun.test_client().get(path)
    assert "合作意向书" in page.get_data(as_text=True) and "JL-01" in page.get_data(as_text=True)


def test_the_list_of_all_filters_groups_and_changes_it_with_others(
    begun: Flask, client: Callable, actor: Callable
) -> None:
    with begun.app_context(), writing():
        lead = actor("lead")
        rows = listed(MilestoneFilter(project="JL-01"), actor=lead, as_of=None)
        assert {row.project.code for row in rows} == {"JL-01"} and len(rows) == 12
        of_lab = listed(MilestoneFilter(lab="JL-01", by="lab"), actor=lead, as_of=None)
        assert {row.project.of for row in of_lab} == {"projects", "labs"}
        assert not [
            row
            for row in listed(MilestoneFilter(figure="due"), actor=lead, as_of=None)
            if row.project.of == "labs"
        ]
        seen = {
            m.id: m.version
            for m in queries.lab_plan(actor=lead, code="JL-01").milestones
            if m.code in ("E050", "E060")
        }
        seen |= {queries.milestone(actor=lead, code="KJS-003", milestone_code="A170").id: 1}
        made = many.apply(seen, Wanted("flag"), actor=lead)
        assert {one.milestone.plan.of for one in made.able} >= {"labs"}
        assert bulk.change(actor=actor("outsider"), number=made.change.id) is None
        number = made.change.id
    result = client("lead").get(f"/milestones/changes/{number}").get_data(as_text=True)
    assert E050 in result
    timeline = client("executive").get("/milestones?view=timeline&zoom=all").get_data(as_text=True)
    assert "1 个联合实验室" in timeline and f'href="{PLAN}' in timeline


def test_the_sheet_carries_it_out_and_back(begun: Flask, client: Callable) -> None:
    there = client("lead").get("/milestones/sheet.csv").get_data(as_text=True)
    assert "JL-01" in there and "场地交付" in there
    assert "场地交付" not in client("lead2").get("/milestones/sheet.csv").get_data(as_text=True)


def test_a_leaver_hands_it_over_and_the_trail_names_it(begun: Flask, actor: Callable) -> None:
    with begun.app_context():
        give_all("member", system_actor())
        person = actor("member").id
        found = [
            one
            for one in handing.duties(person, actor=actor("executive"))
            if (one.place, one.kind) == ("JL-01", "milestone")
        ]
        assert len(found) == 12 and all(one.open for one in found)
        assert not any(
            one.open
            for one in handing.duties(person, actor=actor("lead2"))
            if (one.place, one.kind) == ("JL-01", "milestone")
        )
        assert handing.count_duties(person) >= 12
        thing = find(system_actor())
        named = meanings.meant({"milestone": {thing.id}, "plan": {thing.plan_id}})
        assert named["milestone"][thing.id].startswith("JL-01 E050")
        assert named["plan"][thing.plan_id].startswith("JL-01 ")


# What stays as it was


def test_the_figures_of_the_portfolio_count_projects_alone(app: Flask, actor: Callable) -> None:
    with app.app_context(), writing():
        executive = actor("executive")
        before = queries.metrics(actor=executive, as_of=clock.today()), queries.portfolio(actor=executive)
        start(system_actor(), start=date(2025, 1, 6))
        assert (
            queries.metrics(actor=executive, as_of=clock.today()),
            queries.portfolio(actor=executive),
        ) == before


def test_a_past_day_shows_what_stood_then(app: Flask, client: Callable, actor: Callable) -> None:
    lead = client("lead")
    with app.app_context(), writing():
        start(system_actor())
        thing = find(system_actor())
        milestones.will_slip(thing, date(2028, 1, 3), "FUNDING", actor=system_actor(), version=thing.version)
    yesterday = clock.today() - timedelta(1)
    assert lead.get(f"{PLAN}?as_of={yesterday}").status_code == 404  # it was not begun
    assert "场地交付" not in lead.get(f"/milestones?as_of={yesterday}").get_data(as_text=True)
    today = lead.get(f"{PLAN}?as_of={clock.today()}")
    assert today.status_code in (200, 302)
    assert (
        "/update" not in lead.get(f"{E050}?as_of={clock.today()}").get_data(as_text=True)
        or today.status_code == 302
    )


@pytest.mark.long
def test_one_plan_costs_as_much_as_two(begun: Flask, client: Callable) -> None:
    reader = client("executive")
    paths = (PLAN, "/labs/JL-01", "/milestones", "/my/milestones")

    def counted() -> dict[str, int]:
        found = {}
        for path in paths:
            reader.get(path)
            with queries_counted() as seen:
                reader.get(path)
            found[path] = len(seen)
        return found

    one = counted()
    assert one[PLAN] <= 15 and one["/milestones"] <= 15
    with begun.app_context(), writing():
        start(system_actor(), "JL-02")
        start(system_actor(), "JL-03")
    assert counted() == one


def test_a_plan_that_nobody_has_confirmed_is_not_called_on_track(client, actor):
    with writing():
        start(actor("lead"))
    text = html.fromstring(client("lead").get(PLAN).text).get_element_by_id("pj-say").text_content()
    assert "还没有人确认" in text and "按计划" not in text
