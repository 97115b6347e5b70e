"""Illustrative meetings of the scientific committee, one in each state. Roles only, all labelled."""

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from kangjiansheng.accounts import operations as accounts
from kangjiansheng.accounts import queries as people
from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models import Action, AgendaItem, Committee, Decision, Meeting, Minutes
from kangjiansheng.committee.operations import (
    amendments,
    answers,
    comments,
    committees,
    consents,
    interests,
    meetings,
    outcomes,
    presence,
    reviews,
    signatures,
    suggestions,
    translations,
)
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.clock import SHANGHAI
from kangjiansheng.core.db import db
from kangjiansheng.demonstration.cast import PASSWORD
from kangjiansheng.demonstration.stories import Story, stories
from kangjiansheng.labs.models import Institution
from kangjiansheng.projects.models import Milestone, Plan, Project

# Code, office, field in three scripts, e-mail of the cast or None for a seat without account, institution.
SEATS: tuple[tuple[str, str, str, str, str, str | None, str | None], ...] = (
    ("01", "chair", "移植", "移植", "Transplantation", "chair@kjs.example", None),
    ("02", "deputy", "儿科血液", "兒科血液", "Paediatric haematology", None, None),
    ("03", "member", "免疫学", "免疫學", "Immunology", None, None),
    ("04", "member", "细胞工艺", "細胞工藝", "Cell processing", "member2@kjs.example", "CSCG"),
    ("05", "member", "基因组学", "基因組學", "Genomics", None, None),
    ("06", "member", "临床试验方法学", "臨床試驗方法學", "Trial methodology", None, None),
    ("07", "member", "血液学", "血液學", "Haematology", "member@kjs.example", "RJ"),
    ("08", "member", "神经病学", "神經病學", "Neurology", None, None),
    ("09", "member", "伦理", "倫理", "Ethics", None, None),
)
PLACE = "上海前沿园区会议室（示例），线上同步"
START = date(2024, 10, 1)


IN_REVIEW = "SAC-2026-04"  # the meeting whose minutes wait for signatures


def load(*, actor: Actor) -> None:
    """Seats, then the meetings in their order, through the same operations that people use."""
    committee = db.session.scalar(select(Committee).where(Committee.code == "SAC"))
    if committee is None:
        raise LookupError("the scientific committee is missing: run `kangjiansheng db upgrade`")
    _seats(committee, actor=actor)
    secretary = _cast("secretary@kjs.example")
    told = stories()
    for number, story in enumerate(told):
        meeting = _meeting(committee, story, actor=actor)
        if number == len(told) - 1:
            _answers(meeting)
            _interests(meeting)
            continue
        _held(meeting, story, actor=secretary)
        minutes = _written(meeting, story, actor=secretary)
        if number < 5:
            _approved(minutes, secretary)
        elif number == 5:
            _in_review(minutes, secretary)
        _close(minutes, story, actor=secretary)
    _amended(secretary)
    _company_answered(_cast("executive@kjs.example"))
    _translated(secretary)


def _cast(email: str) -> Actor:
    found = people.actor_by_email(email)
    if found is None:
        raise LookupError(f"{email} is not of the cast")
    return found


def _seats(committee: Committee, *, actor: Actor) -> None:
    institutions = {i.code: i.id for i in db.session.scalars(select(Institution))}
    for seat, office, hans, hant, en, email, institution in SEATS:
        person = _person(seat, hans, hant, en, email, actor=actor)
        committees.add_member(
            committee,
            actor=actor,
            person_id=person.id,
            office=office,
            valid_from=START,
            seat=int(seat),
            name_hans=hans,
            name_hant=hant,
            name_en=en,
            institution_id=institutions.get(institution or "") or institutions.get(f"ORG-{institution}"),
            illustrative=True,
        )
    secretary = _cast("secretary@kjs.example")
    committees.add_member(
        committee,
        actor=actor,
        person_id=secretary.id,
        office="secretary",
        valid_from=START,
        seat=10,
        name_hans="",
        illustrative=True,
    )


def _person(seat: str, hans: str, hant: str, en: str, email: str | None, *, actor: Actor) -> Person:
    if email:
        return db.session.get_one(Person, _cast(email).id)
    return accounts.create_person(
        actor=actor,
        code=f"SEAT-{seat}",
        name_hans=f"席位{seat}（{hans}）",
        name_hant=f"席位{seat}（{hant}）",
        name_en=f"Seat {seat} ({en})",
        account=False,
        illustrative=True,
    )


def _meeting(committee: Committee, story: Story, *, actor: Actor) -> Meeting:
    meeting = meetings.create_meeting(
        committee,
        actor=actor,
        held_on=story.day,
        starts_at=datetime.combine(story.day, time(9, 30), SHANGHAI),
        ends_at=datetime.combine(story.day, time(11, 50), SHANGHAI),
        place=PLACE,
        effective_at=clock.start_of(min(story.day - timedelta(days=30), clock.today())),
        illustrative=True,
    )
    projects = {p.code: p.id for p in db.session.scalars(select(Project))}
    for item in story.items:
        meetings.add_item(
            meeting,
            actor=actor,
            name_hans=item.title[0],
            name_hant=item.title[1],
            name_en=item.title[2],
            kind=item.kind,
            minutes_planned=item.minutes,
            presenter=item.presenter,
            text=item.about,
            project_id=projects.get(item.project or ""),
            gate_id=_gate(projects[item.project], item.gate) if item.project and item.gate else None,
        )
    return meeting


def _gate(project_id: int, code: str) -> int:
    query = select(Milestone.id).join(Plan, Plan.id == Milestone.plan_id)
    return db.session.scalars(query.where(Plan.project_id == project_id, Milestone.code == code)).one()


def _answers(meeting: Meeting) -> None:
    for email, answer in (("chair", "yes"), ("member", "yes"), ("member2", "online")):
        meetings.answer(meeting, answer, actor=_cast(f"{email}@kjs.example"))
    for member in meeting.committee.members:
        if member.seat in (2, 3, 5):
            meetings.answer(meeting, "yes", actor=Actor(member.person_id, member.person.name_hans))
        elif member.seat == 9:
            meetings.answer(meeting, "no", actor=Actor(member.person_id, member.person.name_hans))


def _interests(meeting: Meeting) -> None:
    """Declarations of the year, and a member who is out of one item of the coming meeting. All illustrative."""
    committee = meeting.committee
    interests.declare(
        committee, actor=_cast("member2@kjs.example"), kind="equity", party="某细胞工艺设备公司（示例）",
        text="持有少量期权，尚未行权。", valid_from=START, illustrative=True,
    )  # fmt: skip
    for email in ("chair", "member2"):
        interests.complete(committee, actor=_cast(f"{email}@kjs.example"))
    genomics = next(m for m in committee.members if m.seat == 5)
    seat, item = Actor(genomics.person_id, genomics.person.name_hans), meeting.items[3]
    interests.declare_on_item(item, actor=seat, kind="rival", text="参加同一靶点的另一项研究（示例）。")
    interests.complete(committee, actor=seat, meeting=meeting)
    interests.recuse(
        item, actor=_cast("secretary@kjs.example"), person_id=seat.id, kind="whole", reason="竞争项目（示例）"
    )


def _in_room(meeting: Meeting, story: Story, *, actor: Actor) -> None:
    """Who came and left when, and when each item ran, where the story tells it."""

    def at(hour: time) -> datetime:
        return datetime.combine(story.day, hour, SHANGHAI)

    begin, end = story.ran[0][0], story.ran[-1][1]
    for member in meeting.committee.members:
        if member.seat in story.absent:
            continue
        mode = "online" if member.seat in story.online else "on_site"
        came, left = at(story.late.get(member.seat, begin)), at(story.early.get(member.seat, end))
        presence.arrive(meeting, actor=actor, person_id=member.person_id, mode=mode, at=came)
        presence.leave(meeting, actor=actor, person_id=member.person_id, at=left)
    for item, (opened, closed) in zip(meeting.items, story.ran, strict=True):
        presence.open_item(item, actor=actor, at=at(opened))
        presence.close_item(item, actor=actor, at=at(closed))


def _held(meeting: Meeting, story: Story, *, actor: Actor) -> None:
    if story.ran:
        _in_room(meeting, story, actor=actor)
    modes = {}
    for member in meeting.committee.members:
        away = "absent" if member.seat in story.absent else "on_site"
        modes[member.person_id] = "online" if member.seat in story.online else away
    meetings.record_attendance(meeting, modes, actor=actor)


def _written(meeting: Meeting, story: Story, *, actor: Actor) -> Minutes:
    minutes = writing.start(meeting, actor=actor)
    rows = {item.position: item for item in meeting.items}
    for position, item in enumerate(story.items, 1):
        row = rows[position]
        for line in item.lines:
            last = _last(minutes, row)
            writing.add_paragraph(minutes, actor=actor, kind="text", text=line, after=last, item=row)
        for kind, text, votes in item.outcomes:
            keyed = dict(zip(outcomes.VOTES, votes, strict=True)) if votes else None
            outcomes.record_decision(minutes, actor=actor, kind=kind, text=text, item=row, votes=keyed)
    for task in story.actions:
        about = [r for p, r in rows.items() if task.project and story.items[p - 1].project == task.project]
        outcomes.record_action(
            minutes,
            actor=actor,
            text=task.text,
            owner_role=task.role,
            due_on=task.due,
            item=about[0] if about else None,
        )
    return minutes


def _last(minutes: Minutes, item: AgendaItem) -> Any:
    return [p for p in writing.standing_paragraphs(minutes) if p.agenda_item_id == item.id][-1]


def _sign(minutes: Minutes, draft: Any, short: str, meaning: str = "approve", note: str = "") -> None:
    signatures.sign(
        draft,
        actor=_cast(f"{short}@kjs.example"),
        meaning=meaning,
        note=note,
        shown_sha256=draft.sha256,
        password=PASSWORD,
    )


def _approved(minutes: Minutes, secretary: Actor) -> None:
    draft = reviews.open_review(minutes, actor=secretary)
    for short in ("member", "member2", "chair"):
        _sign(minutes, draft, short)


def _in_review(minutes: Minutes, secretary: Actor) -> None:
    """A first draft that came back, a second one under review: one approval, one open comment, one suggestion."""
    first = reviews.open_review(minutes, actor=secretary)
    target = next(p for p in writing.standing_paragraphs(minutes) if p.text.startswith("注册负责人报告"))
    remark = comments.comment(
        target, actor=_cast("member2@kjs.example"), text="请写明补充的是非临床药效，避免与临床数据混淆。"
    )
    _sign(minutes, first, "member2", "request_changes", "第 3.1 段请写明补充资料的范围")
    text = target.text.replace("补充资料已完成", "非临床药效的补充资料已完成，报告编号见材料清单")
    writing.edit_paragraph(target, actor=secretary, seen=target.revision_no, text=text)
    comments.resolve(remark, actor=secretary)
    second = reviews.open_review(minutes, actor=secretary)
    comments.comment(
        target,
        actor=_cast("member@kjs.example"),
        text="「按计划提交」建议写出日期，便于会后对照。",
        quote="按计划提交",
    )
    size = next(p for p in writing.standing_paragraphs(minutes) if p.text.startswith("临床负责人说明"))
    suggestions.suggest(
        size,
        actor=_cast("member@kjs.example"),
        text=size.text.replace("增加一次期中安全性评估", "在入组过半时增加一次期中安全性评估"),
        note="写明时点，便于安排统计。",
    )
    consents.answer(target, actor=_cast("member2@kjs.example"), kind="agree")
    _sign(minutes, second, "member2")


def _close(minutes: Minutes, story: Story, *, actor: Actor) -> None:
    done = {task.text: task.done for task in story.actions if task.done}
    for action in db.session.scalars(select(Action).where(Action.meeting_id == minutes.meeting_id)):
        if action.text in done:
            outcomes.finish_action(action, actor=actor, version=None, done_on=done[action.text])


def _amended(secretary: Actor) -> None:
    """A correction of the minutes of the fourth meeting, signed like the minutes themselves."""
    minutes = db.session.scalars(select(Minutes).join(Meeting).where(Meeting.code == "SAC-2026-01")).one()
    paragraph = next(p for p in writing.standing_paragraphs(minutes) if "两家实验室" in p.text)
    made = amendments.propose(
        paragraph,
        actor=secretary,
        text=paragraph.text.replace("两家实验室", "三家实验室"),
        reason="原记录漏写一家实验室，与会议材料不符。",
    )
    for short in ("member", "member2", "chair"):
        _sign(minutes, made.draft, short)


# What paragraphs of the sixth minutes say in English, each found by its first words. Illustrative like the rest.
IN_ENGLISH = {
    "KJS-017": "KJS-017 polyclonal Treg: continue?",
    "汇报要点": (
        "Points reported: mean FOXP3+ purity over three batches 78%, target at least 90%; viability after thawing 62%."
    ),
    "讨论": (
        "Discussion: the member for cell processing sees sorting as the main cause; the member for immunology finds the "
        "data on demethylation stability insufficient; the member for neurology agrees in writing to termination."
    ),
    "建议终止": (
        "The committee advises terminating KJS-017, keeping the results on potency methods and transferring them to "
        "JL-05. **Nature:** advice; the company's R&D decision meeting decides."
    ),
}


def _translated(secretary: Actor) -> None:
    minutes = db.session.scalars(select(Minutes).join(Meeting).where(Meeting.code == "SAC-2026-03")).one()
    order = writing.standing_paragraphs(minutes)
    for words, text in IN_ENGLISH.items():
        paragraph = next(p for p in order if p.text.startswith(words))
        translations.translate(
            paragraph, "en", actor=secretary, seen=0, revision=paragraph.revision_no, text=text
        )


COMPANY = "公司研发决策会（示例）"
ANSWERED = (
    ("建议终止KJS-017", "adopted", date(2026, 4, 15), ""),
    (
        "建议同类产品共用一套效价参考品",
        "partly",
        date(2025, 11, 14),
        "同类在研产品先行共用；已进入注册阶段的产品维持原参考品，避免增加可比性研究。",
    ),
)


def _company_answered(executive: Actor) -> None:
    """What the company decided on some of the advice; the rest waits."""
    for begins, verdict, day, reasons in ANSWERED:
        advice = db.session.scalars(select(Decision).where(Decision.text.startswith(begins))).one()
        answers.answer(
            advice, actor=executive, seen=0, verdict=verdict, decided_on=day, body=COMPANY, reasons=reasons
        )
