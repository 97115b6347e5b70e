"""Nothing of a recused item is found by the recused member: every route of the committee's floor and of those that
read it, every stage, every language of the item.

Secrets are planted wherever an item keeps words; then every page, file, feed and form of the application is opened
as the recused, and no answer may hold one. The same walk as somebody who is not recused does find them.
"""

import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from unittest import mock

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from kangjiansheng.committee.models import AgendaItem, Meeting, Paragraph
from kangjiansheng.committee.operations import (
    amendments,
    answers,
    comments,
    dissents,
    effects,
    evidence,
    images,
    interests,
    meetings,
    motions,
    outcomes,
    packs,
    papers,
    reviews,
    signatures,
    translations,
)
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.queries import motions as queries
from kangjiansheng.core import clock, transactions
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.outbox import Notification, Outbox
from kangjiansheng.projects.models import Plan, ProjectMember
from tests.committee.test_pictures import png
from tests.permissions import table
from tests.support.acting import who
from tests.support.critic import Critic
from tests.support.papers import PDF

MEETING, PROJECT = "SAC-2026-05", "KJS-015"
MARK = "ZQXJ"  # in every secret; nothing else holds it
FLOORS = ("committee", "overview", "projects.project", "core.notifications")  # where an item may be spoken of
STAGES = ("draft", "review", "approved")


def plant(app: Flask, stage: str, recused: str) -> None:
    """An item with a secret in each of its words, its paragraphs, decision, action, comment and correction."""
    with app.app_context(), transactions.writing():
        secretary = who("secretary")
        meeting = db.session.scalars(select(Meeting).where(Meeting.code == MEETING)).one()
        item, minutes = meeting.items[1], meeting.minutes
        assert minutes is not None
        # As somebody of the project the member would see the item without any committee.
        db.session.add(
            ProjectMember(
                project_id=item.project_id, person_id=who(recused).id, role="lead", valid_from=meeting.held_on
            )
        )
        words = {key: f"{MARK}{key}" for key in ("name_hans", "name_hant", "name_en", "presenter", "text")}
        meetings.edit_item(item, actor=secretary, version=meeting.version, **words)
        papers.add(item, f"{MARK}.pdf", PDF + f"%{MARK}".encode(), actor=secretary, title=f"{MARK}材料")
        heading = next(p for p in writing.standing_paragraphs(minutes) if p.agenda_item_id == item.id)
        text = f"{MARK}正文"
        writing.edit_paragraph(heading, actor=secretary, seen=heading.revision_no, text=f"{MARK}标题")
        told = writing.add_paragraph(
            minutes, actor=secretary, kind="text", text=text, after=heading, item=item
        )
        images.add(told, "a.png", png(), f"{MARK}图", actor=secretary, seen=told.version)
        translations.translate(
            told, "en", actor=secretary, seen=0, revision=told.version, text=f"{MARK} translation"
        )
        gone = writing.add_paragraph(minutes, actor=secretary, kind="text", text=f"{MARK}删", item=item)
        writing.remove_paragraph(gone, actor=secretary)
        made = outcomes.record_decision(minutes, actor=secretary, kind="D", text=f"{MARK}决议", item=item)
        paragraph = next(p for p in writing.standing_paragraphs(minutes) if p.id == made.paragraph_id)
        dissents.enter(made, paragraph, actor=secretary, person_id=who("member2").id, text=f"{MARK}不同意")
        plan = db.session.scalars(select(Plan).where(Plan.project_id == item.project_id)).one()
        gate = next(m for m in plan.milestones if m.state == "open" and m.gate)
        effects.propose(
            item, actor=secretary, kind="gate", plan=plan, milestone=gate, decision=made, verdict="stop"
        )
        for _n in range(2):
            asked = outcomes.record_action(
                minutes, actor=secretary, text=f"{MARK}行动", owner_id=who(recused).id, item=item
            )
        outcomes.finish_action(asked, actor=secretary, version=asked.version, done_on=clock.today())
        evidence.attach(asked, f"{MARK}证据.pdf", PDF + f"%{MARK}证据".encode(), actor=secretary)
        interests.declare_on_item(item, actor=who("member2"), kind="kin", text=f"{MARK}利益")
        packs.freeze(meeting, actor=secretary)
        interests.recuse(item, actor=secretary, person_id=who(recused).id, reason=f"{MARK}理由")
        _vote(item, still_open=stage == "draft")
        if stage == "draft":
            return
        draft = reviews.open_review(minutes, actor=secretary)
        comments.comment(told, actor=who("member2"), text=f"{MARK}批注")
        _sign(draft, "member2", meaning="approve_with_reservation", note=f"{MARK}保留")
        if stage == "review":
            return
        for short in ("member", "chair"):
            _sign(draft, short)
        if recused == "chair":  # the deputy signs corrections of the item, and must be able to
            seat = next(m for m in meeting.committee.members if m.person_id == who("member2").id)
            seat.office = "deputy"
        answers.answer(
            made, actor=who("executive"), seen=0, verdict="partly", decided_on=clock.today(),
            body=f"{MARK}何处", reasons=f"{MARK}为何",
        )  # fmt: skip
        corrected = amendments.propose(told, actor=secretary, text=f"{MARK}更正", reason=f"{MARK}原因")
        assert corrected.draft is not None
        _sign(corrected.draft, "member2")


def _vote(item: AgendaItem, *, still_open: bool) -> None:
    """A motion that was carried by name on the day of the meeting, with dissent; and one that is being voted on."""
    secretary, stays = who("secretary"), item.meeting.presence
    with time_machine.travel(max(stay.came_at for stay in stays) + timedelta(minutes=1)):
        motion = motions.open_motion(item, actor=secretary, kind="D", text=f"{MARK}动议", method="name")
        for seat in queries.poll(motion).able:
            motions.cast(motion, actor=secretary, person_id=seat.member.person_id, choice="for")
        motions.close(motion, actor=secretary)
        assert motion.result == "passed"
        by = Actor((motion.counted or [0])[0], "")
        motions.dissent(motion, actor=by, text=f"{MARK}异议")
        if still_open:
            motions.open_motion(item, actor=secretary, kind="D", text=f"{MARK}再议", method="name")


def _sign(draft: object, short: str, meaning: str = "approve", note: str = "") -> None:
    signatures.sign(
        draft,  # type: ignore[arg-type]
        actor=who(short), meaning=meaning, note=note, shown_sha256=draft.sha256, password="kangjiansheng",  # type: ignore[attr-defined]
    )  # fmt: skip


def addresses(app: Flask) -> Iterator[tuple[str, str]]:
    """(method, address) of every route, for the meeting with the secrets and with every key that it has."""
    with app.app_context():
        meeting = db.session.scalars(select(Meeting).where(Meeting.code == MEETING)).one()
        assert meeting.minutes is not None
        items = [
            str(i.id)
            for i in db.session.scalars(select(AgendaItem).where(AgendaItem.meeting_id == meeting.id))
        ]
        own = Paragraph.agenda_item_id == meeting.items[1].id
        paragraphs = list(db.session.scalars(select(Paragraph.public_id).where(own)))
        for rule in sorted(app.url_map.iter_rules(), key=lambda r: r.rule):
            if not rule.endpoint.startswith(FLOORS):
                continue
            for values in _values(rule, items, paragraphs):
                address = rule.rule
                for name, value in values.items():
                    address = table._put(address, name, str(value))
                acts = {"GET", "POST"} if rule.endpoint.startswith("committee") else {"GET"}
                for method in sorted((rule.methods or set()) & acts):
                    yield method, address


def _values(rule: object, items: list[str], paragraphs: list[str]) -> Iterator[dict[str, object]]:
    path = rule.rule  # type: ignore[attr-defined]
    if "/meetings/<code>" not in path:
        yield from table.arguments(rule)  # type: ignore[arg-type]
        if path.startswith("/projects/<code>") and "<" not in path.replace("<code>", ""):
            yield {"code": PROJECT}
        return
    rest = path.replace("<code>", "")
    if "public_id" in rest:
        yield from ({"code": MEETING, "public_id": one} for one in paragraphs)
    elif "/minutes/actions/" in rest:
        yield from ({"code": MEETING, "number": f"A-2026-08-{n:02d}"} for n in (1, 2))
    elif "<int:number>" in rest and "/items/" in rest:
        yield from ({"code": MEETING, "number": one} for one in items)
    elif "<" in rest:
        keys = {name for name in rule.arguments if name != "code"}  # type: ignore[attr-defined]
        yield from ({"code": MEETING} | dict.fromkeys(keys, n) for n in (1, 2, 3))
    else:
        yield {"code": MEETING}


MORE = (
    "/search?q=正文", "/search?q=决议", "/search?q=行动", "/search?q=标题", "/search?q=材料", "/search?q=为何", "/search?q=何处", "/?as_of=2026-11-20",
    f"/meetings/{MEETING}?as_of=2026-11-20", f"/meetings/{MEETING}/minutes?compare=1",
    f"/meetings/{MEETING}/minutes?draft=1", f"/meetings/{MEETING}?lang=en", f"/meetings/{MEETING}?lang=zh-Hant",
    f"/meetings/{MEETING}/minutes?lang=en", f"/meetings/{MEETING}/minutes?side=en", "/search?q=translation",
    *(f"/meetings/{MEETING}/minutes.{kind}?side=en" for kind in ("json", "md", "docx", "pdf")), "/actions?show=all", "/actions?show=mine", "/actions/A-2026-08-02", "/actions/A-2026-08-03/evidence/1",
    "/decisions?kind=D", "/decisions?answer=partly", "/decisions/D-2026-08-01", f"/projects/{PROJECT}?lang=en", f"/projects/{PROJECT}/agenda-item",
)  # fmt: skip


def words_of(data: bytes) -> bytes:
    """The answer with what its parts hold, when it is an archive (workbooks and documents are)."""
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def found(client: Critic, app: Flask) -> list[str]:
    """The addresses whose answers hold a secret. Nothing that the walk does is kept."""
    told = []
    with mock.patch.object(transactions, "commit", lambda: db.session.rollback()):
        for method, address in [*addresses(app), *(("GET", more) for more in MORE)]:
            answer = super(Critic, client).open(address, method=method, data={} if method == "POST" else None)
            assert answer.status_code < 500, address
            if MARK.encode() in words_of(answer.data):
                told.append(f"{method} {address}")
    return told


@pytest.mark.parametrize(
    ("recused", "stage"),
    [
        ("chair", "draft"),
        *(pytest.param("chair", stage, marks=pytest.mark.long) for stage in STAGES if stage != "draft"),
        pytest.param("member", "approved", marks=pytest.mark.long),
    ],
)
def test_the_recused_find_nothing(
    client: Callable[..., Critic], app: Flask, recused: str, stage: str
) -> None:
    plant(app, stage, recused)
    assert found(client(recused), app) == []
    with app.app_context():
        person = who(recused)
        bell = db.session.scalars(select(Notification).where(Notification.person_id == person.id))
        mails = db.session.scalars(select(Outbox).where(Outbox.to == person.email))
        assert not [row for row in [*bell, *mails] if MARK in str(row.facts)]


@pytest.mark.long
def test_why_a_draft_came_back_is_told_to_those_who_may_read_all_of_it(
    client: Callable[..., Critic], app: Flask
) -> None:
    """What is asked for may speak of the item: the recused chair hears that the consent is void, and no more."""
    plant(app, "review", "chair")
    with app.app_context(), transactions.writing():
        minutes = db.session.scalars(select(Meeting).where(Meeting.code == MEETING)).one().minutes
        assert minutes is not None
        draft = next(one for one in minutes.drafts if one.number == minutes.current_draft)
        _sign(draft, "chair")
        _sign(draft, "member", meaning="request_changes", note=f"{MARK}改")
    bells = {short: client(short).get("/notifications").text for short in ("chair", "member2")}
    assert all("此前对这一稿的批准已失效" in page for page in bells.values())
    assert MARK not in bells["chair"] and f"{MARK}改" in bells["member2"]
    address = f"/meetings/{MEETING}/minutes/edit"
    pages = {short: client(short).get(address).text for short in ("chair", "secretary")}
    assert MARK not in pages["chair"] and f"{MARK}改" in pages["secretary"]


def test_why_a_draft_came_back_leaves_the_bell_of_who_is_recused_later(
    client: Callable[..., Critic], app: Flask
) -> None:
    with app.app_context(), transactions.writing():
        minutes = db.session.scalars(select(Meeting).where(Meeting.code == MEETING)).one().minutes
        assert minutes is not None
        draft = reviews.open_review(minutes, actor=who("secretary"))
        _sign(draft, "chair")
        _sign(draft, "member2", meaning="request_changes", note=f"{MARK}改")
    assert f"{MARK}改" in client("chair").get("/notifications").text
    with app.app_context(), transactions.writing():
        item = db.session.scalars(select(Meeting).where(Meeting.code == MEETING)).one().items[1]
        interests.recuse(item, actor=who("secretary"), person_id=who("chair").id)
        waiting = select(Outbox).where(Outbox.to == "chair@kjs.example", Outbox.state == "waiting")
        assert not [mail for mail in db.session.scalars(waiting) if MARK in str(mail.facts)]
        assert db.session.scalar(select(Outbox.id).where(Outbox.state == "withheld")) is not None
    assert MARK not in client("chair").get("/notifications").text


@pytest.mark.long
def test_the_same_walk_finds_what_is_there(client: Callable[..., Critic], app: Flask) -> None:
    """The walk is not blind: the secretary, who is not recused, meets the secrets in these places at least."""
    plant(app, "approved", "member")
    told = found(client("secretary"), app)
    for place in (
        f"GET /meetings/{MEETING}", f"GET /meetings/{MEETING}/minutes", f"GET /api/v1/meetings/{MEETING}",
        f"GET /api/v1/meetings/{MEETING}/minutes", "GET /search?q=正文", "GET /decisions", "GET /decisions/D-2026-08-01", "GET /actions",
        f"GET /meetings/{MEETING}/motions/1", f"GET /meetings/{MEETING}/minutes.json", f"GET /meetings/{MEETING}/minutes/history", f"GET /meetings/{MEETING}/minutes/amendments/1",
        "GET /committees/SAC/interests/register",
        f"GET /meetings/{MEETING}/papers/1", f"GET /meetings/{MEETING}/packs/1", f"GET /meetings/{MEETING}/papers/1/versions/1",
        "GET /search?q=材料", "GET /search?q=为何", "GET /search?q=何处",
        f"GET /meetings/{MEETING}/minutes?side=en", "GET /search?q=translation",
        f"GET /meetings/{MEETING}/minutes.md?side=en", f"GET /meetings/{MEETING}/minutes/translation",
    ):  # fmt: skip
        assert place in told, place
