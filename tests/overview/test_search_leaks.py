"""A word that stands only in what a person may not see: nothing of it is found, counted, suggested or to be measured.

One secret of each kind is planted; who may see it is asked of the loaders of its page, not of the search.
"""

import re
from urllib.parse import quote_plus

import pytest

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee import policies
from kangjiansheng.committee.models import (
    AgendaItem,
    Comment,
    Decision,
    Meeting,
    Paragraph,
    ParagraphRevision,
    Recusal,
)
from kangjiansheng.committee.operations import outcomes, reviews
from kangjiansheng.committee.queries import loaders, visible_decisions
from kangjiansheng.core import clock, search
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from kangjiansheng.demonstration import CAST
from kangjiansheng.labs import queries as labs
from kangjiansheng.labs.models import Agreement, JointLab
from kangjiansheng.projects import queries as projects
from kangjiansheng.projects.models import Project, ProjectMember, ProjectRegistration, Risk
from kangjiansheng.projects.operations import evidence as evidence_operations
from kangjiansheng.projects.queries.evidence import evidence
from kangjiansheng.projects.queries.risks import risk
from tests.support.acts import an_act
from tests.support.queries import queries_counted

SECRET = "KJS-017"  # of its team alone, once planted
ABSENT = "鞑靼葫芦"
STRIP = re.compile(r"nonce-\S+|kj-[0-9a-f]+|[0-9A-F]{12}|[\w-]+\.[\w-]{6}\.[\w-]{27}")


def _one(kind, **facts):  # type: ignore[no-untyped-def]
    return db.session.query(kind).filter_by(**facts).one()


@pytest.fixture
def planted(in_app, actor):
    """By kind: the word, and whether an actor may see where it stands."""
    with writing():
        return _plant(actor)


def _plant(actor):  # type: ignore[no-untyped-def]
    project = _one(Project, code=SECRET)
    project.confidentiality, project.note = "team", "甲秘辛说明"
    project.registrations.append(
        ProjectRegistration(register="ctgov", number="NCT90909091", typed="NCT90909091")
    )
    milestone = project.plan.milestones[0]
    milestone.note = "乙秘辛缘由"
    thing = _one(Project, code=SECRET)
    danger = Risk(
        project=thing, number=99, kind="risk", title="丙秘辛风险", likelihood=2, impact=3, response="reduce"
    )
    db.session.add(danger)
    executive = actor("executive")
    proof = evidence_operations.add(milestone, [("丁秘辛报告.csv", b"a,b\n1,2\n")], actor=executive)[0]
    someone = Person(code="P-SECRET", name_hans="戊秘辛")
    db.session.add(someone)
    thing.members.append(ProjectMember(person=someone, role="member", valid_from=clock.today()))
    lab = _one(JointLab, code="JL-02")
    lab.confidentiality, lab.mission = "team", "己秘辛宗旨"
    agreement = db.session.query(Agreement).filter(Agreement.code != "AGR-001").order_by(Agreement.id).first()
    agreement.confidentiality, agreement.summary = "team", "庚秘辛摘要"
    meeting = _one(Meeting, code="SAC-2026-05")
    meeting.place = "辛秘辛会场"
    item = next(
        one
        for one in db.session.query(AgendaItem).order_by(AgendaItem.id)
        if one.name_hans.startswith(SECRET) and one.meeting.minutes and one.meeting.minutes.life == "approved"
    )
    own = AgendaItem(meeting=meeting, position=99, kind="hear", name_hans="壬秘辛议题", project_id=thing.id)
    db.session.add(own)
    db.session.flush()
    minutes = meeting.minutes
    change = an_act(executive)
    paragraph = Paragraph(
        public_id="p-secret", minutes=minutes, agenda_item_id=own.id, kind="text", position=99, revision_no=1
    )
    wording = ParagraphRevision(
        paragraph=paragraph,
        number=1,
        text="子秘辛段落",
        sha256="0" * 64,
        author_id=executive.id,
        recorded_at=change.recorded_at,
        change_set_id=change.id,
    )
    db.session.add_all([paragraph, wording])
    db.session.flush()
    db.session.add(
        Comment(
            paragraph_id=paragraph.id,
            revision_no=1,
            author_id=executive.id,
            text="癸秘辛批注",
            created_at=clock.now(),
        )
    )
    member = actor("member")
    db.session.add(Recusal(agenda_item_id=own.id, person_id=member.id, kind="whole"))
    db.session.flush()
    minutes.life, minutes.current_draft = "review", 1
    decision = db.session.query(Decision).filter_by(agenda_item_id=item.id).first()
    code, minutes_code, path = SECRET, meeting.code, {"code": SECRET}
    m = milestone.code
    keys = {
        "paragraph": paragraph.public_id,
        "item": own.id,
        "place": meeting.code,
        "decision": decision and decision.id,
    }

    def reads(who):  # type: ignore[no-untyped-def]
        found = loaders.paragraph(actor=who, code=minutes_code, public_id=keys["paragraph"])
        return found is not None and policies.read_minutes(who, found.minutes.meeting)

    def named(who):  # type: ignore[no-untyped-def]
        return who.has("admin") or projects.project(actor=who, **path) is not None

    found = {
        "projects": ("甲秘辛说明", lambda who: projects.project(actor=who, code=code) is not None),
        "registrations": ("NCT90909091", lambda who: projects.project(actor=who, code=code) is not None),
        "milestones": (
            "乙秘辛缘由",
            lambda who: projects.milestone(actor=who, code=code, milestone_code=m) is not None,
        ),
        "risks": ("丙秘辛风险", lambda who: risk(actor=who, code=code, number=99) is not None),
        "evidence": (
            "丁秘辛报告",
            lambda who: evidence(actor=who, code=code, milestone_code=m, number=proof.number) is not None,
        ),
        "people": ("戊秘辛", named),
        "labs": ("己秘辛宗旨", lambda who: labs.sees_inside(who, labs.lab(actor=who, code="JL-02"))),
        "agreements": ("庚秘辛摘要", lambda who: labs.agreement(actor=who, code=agreement.code) is not None),
        "meetings": ("辛秘辛会场", lambda who: loaders.meeting(actor=who, code=keys["place"]) is not None),
        "items": (
            "壬秘辛议题",
            lambda who: loaders.item(actor=who, code=keys["place"], number=keys["item"]) is not None,
        ),
        "minutes": ("子秘辛段落", reads),
        "comments": (
            "癸秘辛批注",
            lambda who: reads(who) and (who.reads_all or bool(policies.offices(who, meeting.committee_id))),
        ),
    }
    if decision is not None:
        text = " ".join(decision.text.replace("*", "").split())[:14]
        found["decisions"] = (
            text,
            lambda who: keys["decision"] in set(db.session.scalars(visible_decisions(who))),
        )
    return found


def test_each_of_the_cast_finds_what_they_may_see_and_nothing_else(planted, actor):
    seen, hidden = set(), set()
    for short in [member.email.split("@")[0] for member in CAST]:
        who = actor(short)
        for kind, (word, sees) in planted.items():
            found = search.find(search.Asked(word), actor=who)
            may = sees(who)
            name = "projects" if kind == "registrations" else kind
            assert (name in found) is may, (short, kind, word)
            (seen if may else hidden).add(kind)
            if not may and kind != "decisions":
                assert found == {}, (short, kind)
    assert seen == hidden == set(planted), "each secret is seen by somebody and hidden from somebody"


def stripped(client, path, word):  # type: ignore[no-untyped-def]
    with queries_counted() as statements:
        answer = client.get(path, query_string={"q": word})
    assert answer.status_code == 200
    text = answer.text
    for shown in (word, quote_plus(word), quote_plus(quote_plus(word))):
        text = text.replace(shown, "…")
    return STRIP.sub("", text), list(statements)


@pytest.mark.long
@pytest.mark.parametrize("short", ["outsider", "partner", "member"])
@pytest.mark.parametrize("path", ["/search", "/search/suggestions"])
def test_a_hidden_word_looks_and_costs_like_one_that_is_nowhere(planted, actor, client, short, path):
    """The same bytes and the same statements: no count, no suggestion, no facet, no second look at the database."""
    who, reader = actor(short), client(short)
    words = [word for kind, (word, sees) in planted.items() if not sees(who) and kind != "decisions"]
    assert words
    absent = stripped(reader, path, ABSENT)
    for word in words:
        assert stripped(reader, path, word) == absent, word


def test_one_word_of_a_secret_beside_an_open_one_finds_nothing(planted, actor):
    """Words are not told apart: an open word and a hidden one together find what the hidden one does."""
    outsider = actor("outsider")
    assert search.find(search.Asked("瑞金"), actor=outsider)
    assert search.find(search.Asked("瑞金 甲秘辛说明"), actor=outsider) == {}


@pytest.mark.long
@pytest.mark.parametrize("by", ["project", "lab"])
def test_a_filter_does_not_tell_the_project_of_an_item_to_who_may_not_see_it(in_app, actor, by):
    """A member of the committee reads the item; which project it concerns, and of which laboratory, stays hidden."""
    with writing():
        project, meeting = _one(Project, code=SECRET), _one(Meeting, code="SAC-2026-05")
        project.confidentiality = "team"
        db.session.add(
            AgendaItem(
                meeting=meeting, position=99, kind="hear", name_hans="壬秘辛议题", project_id=project.id
            )
        )
        narrow = {by: SECRET if by == "project" else project.labs[0].lab.code}
    who, executive = actor("member"), actor("executive")
    assert projects.project(actor=who, code=SECRET) is None
    assert "items" in search.find(search.Asked("壬秘辛议题"), actor=who)
    assert search.find(search.Asked("壬秘辛议题", narrow), actor=who) == {}
    assert "items" in search.find(search.Asked("壬秘辛议题", narrow), actor=executive)


@pytest.mark.long
def test_what_a_draft_holds_is_found_by_those_alone_who_write_it(in_app, actor):
    """Decisions and actions of minutes that nobody was shown yet, as their text."""
    minutes = _one(Meeting, code="SAC-2026-05").minutes
    with writing():
        secretary = actor("secretary")
        outcomes.record_decision(minutes, actor=secretary, kind="D", text="子秘辛决议")
        outcomes.record_action(minutes, actor=secretary, text="丑秘辛行动", owner_role="秘书")
    assert minutes.life == "draft" and minutes.current_draft == 0
    asked = [search.Asked(word) for word in ("子秘辛决议", "丑秘辛行动")]
    for short in ("member", "executive", "auditor"):
        assert [search.find(one, actor=actor(short)) for one in asked] == [{}, {}], short
    assert search.find(asked[0], actor=actor("secretary")).keys() == {"minutes"}, (
        "no decision before it stands"
    )
    with writing():
        reviews.open_review(minutes, actor=actor("secretary"))
    assert search.find(asked[0], actor=actor("member")).keys() == {"minutes"}
    assert "actions" in search.find(asked[1], actor=actor("member"))


def test_a_filter_by_a_hidden_project_says_no_more_than_one_that_is_not_there(planted, client):
    reader = client("outsider")
    texts = [
        STRIP.sub("", reader.get("/search", query_string={"q": "瑞金", "project": code}).text).replace(
            code, ""
        )
        for code in (SECRET, "KJS-999")
    ]
    assert texts[0] == texts[1]
