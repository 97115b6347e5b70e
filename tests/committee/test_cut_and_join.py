"""Paragraphs edited, cut, joined and moved: each keeps its id, nothing that was written is lost."""

from collections.abc import Callable

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from kangjiansheng.committee.models import Comment, Meeting, Minutes, Paragraph, ParagraphRevision, Suggestion
from kangjiansheng.committee.operations import comments, parts, reviews
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.rules import paragraphs as rules
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken, Stale
from tests.support.critic import Critic

Who = Callable[[str], Actor]
TEXT = "第一句说明情况。第二句写出数据！第三句是结论。"
BASE = "/meetings/SAC-2026-05/minutes"


@pytest.fixture
def paragraph(draft_minutes: Minutes, actor: Who, first_text: Paragraph) -> Paragraph:
    """A paragraph of three sentences in an item."""
    item = draft_minutes.meeting.items[0]
    heading = next(p for p in writing.standing_paragraphs(draft_minutes) if p.agenda_item_id == item.id)
    return writing.add_paragraph(
        draft_minutes, actor=actor("secretary"), kind="text", text=TEXT, after=heading
    )


def texts(minutes: Minutes) -> list[tuple[str, str]]:
    return [(p.public_id, p.text) for p in writing.standing_paragraphs(minutes)]


@given(st.text("甲乙，。！\n ab.", max_size=30), st.integers(-3, 33))
def test_a_cut_loses_nothing_but_blanks(text: str, at: int) -> None:
    found = rules.cut(text, at)
    if found is not None:
        assert "".join("".join(found).split()) == "".join(text.split())
        assert all(part.strip() for part in found)
        assert "".join(rules.joined(*found).split()) == "".join(text.split())
    assert all(rules.cut(text, place) for place, _ in rules.cuts(text))


def test_the_first_part_keeps_the_id(paragraph: Paragraph, actor: Who) -> None:
    place = rules.cuts(TEXT)[1][0]
    made = parts.split(paragraph, actor=actor("secretary"), seen=1, at=place)
    assert (paragraph.text, made.text) == ("第一句说明情况。第二句写出数据！", "第三句是结论。")
    assert (made.from_id, made.agenda_item_id, made.position) == (
        paragraph.id,
        paragraph.agenda_item_id,
        paragraph.position + 1,
    )
    assert made.public_id != paragraph.public_id
    back = parts.join(made, actor=actor("secretary"), seen=1)
    assert (back.id, back.text, made.merged_into_id) == (paragraph.id, TEXT, paragraph.id)


def test_comments_go_along(paragraph: Paragraph, actor: Who) -> None:
    secretary = actor("secretary")
    made = parts.split(paragraph, actor=secretary, seen=1, at=rules.cuts(TEXT)[0][0])
    reviews.open_review(paragraph.minutes, actor=secretary)
    first = comments.comment(made, actor=actor("member"), text="请写明。")
    answer = comments.comment(made, actor=secretary, text="已写明。", parent=first)
    paragraph.minutes.life = "draft"
    parts.join(made, actor=secretary, seen=1)
    db.session.expire_all()
    assert {first.paragraph_id, answer.paragraph_id} == {paragraph.id}
    assert [c.text for c in paragraph.comments] == ["请写明。", "已写明。"]


def test_a_comment_goes_with_the_words_that_it_quotes(paragraph: Paragraph, actor: Who) -> None:
    secretary = actor("secretary")
    reviews.open_review(paragraph.minutes, actor=secretary)
    kept = comments.comment(paragraph, actor=actor("member"), text="哪些？", quote="说明情况", quote_at=3)
    went = comments.comment(paragraph, actor=actor("member"), text="何时？", quote="是结论", quote_at=19)
    answer = comments.comment(paragraph, actor=secretary, text="今日。", parent=went)
    paragraph.minutes.life = "draft"
    made = parts.split(paragraph, actor=secretary, seen=1, at=rules.cuts(TEXT)[1][0])
    assert (kept.paragraph_id, went.paragraph_id, answer.paragraph_id) == (paragraph.id, made.id, made.id)
    assert (went.quote_at, went.revision_no) == (3, 1)
    parts.join(made, actor=secretary, seen=1)
    assert (went.paragraph_id, went.quote_at, went.revision_no) == (paragraph.id, TEXT.index("是结论"), 3)


def test_suggestions_are_answered_first(paragraph: Paragraph, actor: Who) -> None:
    secretary = actor("secretary")
    reviews.open_review(paragraph.minutes, actor=secretary)
    made = Suggestion(
        paragraph_id=paragraph.id,
        revision_no=1,
        author_id=actor("member").id,
        text="另一句。",
        created_at=clock.now(),
    )
    db.session.add(made)
    paragraph.minutes.life = "draft"
    with pytest.raises(RuleBroken, match="suggestions-open"):
        parts.split(paragraph, actor=secretary, seen=1, at=8)
    made.life = "withdrawn"
    parts.split(paragraph, actor=secretary, seen=1, at=8)


def test_what_is_joined_does_not_come_back_twice(paragraph: Paragraph, actor: Who) -> None:
    made = parts.split(paragraph, actor=actor("secretary"), seen=1, at=rules.cuts(TEXT)[0][0])
    parts.join(made, actor=actor("secretary"), seen=1)
    with pytest.raises(RuleBroken, match="paragraph-joined"):
        writing.restore_paragraph(made, actor=actor("secretary"))


def test_what_may_not_be_cut_or_joined(paragraph: Paragraph, draft_minutes: Minutes, actor: Who) -> None:
    secretary = actor("secretary")
    order = writing.standing_paragraphs(draft_minutes)
    for kind in ("heading", "action"):
        with pytest.raises(RuleBroken, match="not-text"):
            parts.split(next(p for p in order if p.kind == kind), actor=secretary, seen=None, at=1)
    with pytest.raises(RuleBroken, match="not-joinable"):
        parts.join(paragraph, actor=secretary, seen=1)
    other = writing.add_paragraph(
        draft_minutes, actor=secretary, kind="text", text="别的议题。", after=paragraph,
        item=draft_minutes.meeting.items[1],
    )  # fmt: skip
    with pytest.raises(RuleBroken, match="not-joinable"):
        parts.join(other, actor=secretary, seen=1)
    for at in (0, len(TEXT), -4, 500):
        with pytest.raises(RuleBroken, match="cut-outside"):
            parts.split(paragraph, actor=secretary, seen=1, at=at)
    with pytest.raises(Stale):
        parts.split(paragraph, actor=secretary, seen=7, at=8)
    reviews.open_review(draft_minutes, actor=secretary)
    with pytest.raises(RuleBroken, match="in-review"):
        parts.split(paragraph, actor=secretary, seen=1, at=8)
    with pytest.raises(RuleBroken, match="in-review"):
        parts.put(paragraph, None, actor=secretary)


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(("edit", "split", "join", "put", "up", "down")),
        st.integers(0, 40),
        st.integers(0, 40),
    ),
    max_size=10,
)


class _Expected:
    """The text as a list of (id, words), changed as it should be."""

    def __init__(self, rows: list[tuple[str, str]]) -> None:
        self.rows, self.written = rows, set(rows)

    def act(self, name: str, at: int, other: int, live: list[Paragraph], who: Actor) -> None:
        one, (key, text) = live[at], self.rows[at]
        if name == "edit" and one.kind == "text":
            words = f"{text}补{other}。"
            writing.edit_paragraph(one, actor=who, seen=None, text=words)
            self.rows[at] = (key, words)
        elif name == "split" and rules.cuts(text) and one.kind == "text":
            places = rules.cuts(text)
            first, second = rules.cut(text, places[other % len(places)][0]) or ("", "")
            made = parts.split(one, actor=who, seen=None, at=places[other % len(places)][0])
            self.rows[at : at + 1] = [(key, first), (made.public_id, second)]
        elif name == "join" and at and self._fits(live[at - 1], one):
            parts.join(one, actor=who, seen=None)
            before, words = self.rows[at - 1]
            self.rows[at - 1 : at + 1] = [(before, rules.joined(words, text))]
        elif name == "put":
            after = live[other % len(live)]
            parts.put(one, after, actor=who)
            if after is not one:
                row = self.rows.pop(at)
                self.rows.insert([k for k, _ in self.rows].index(after.public_id) + 1, row)
        elif name in ("up", "down"):
            to = at + (1 if name == "down" else -1)
            writing.move_paragraph(one, to - at, actor=who)
            if 0 <= to < len(self.rows):
                self.rows.insert(to, self.rows.pop(at))
        self.written |= set(self.rows)

    def _fits(self, before: Paragraph, one: Paragraph) -> bool:
        return rules.can_join((before.kind, before.agenda_item_id), (one.kind, one.agenda_item_id))


@pytest.mark.long
def test_identity_through_any_sequence(paragraph: Paragraph, draft_minutes: Minutes, actor: Who) -> None:
    secretary = actor("secretary")
    second = writing.add_paragraph(
        draft_minutes, actor=secretary, kind="text", text="甲。乙。", after=paragraph
    )
    reviews.open_review(draft_minutes, actor=secretary)
    comments.comment(second, actor=actor("member"), text="批注。")
    draft_minutes.life = "draft"
    db.session.flush()
    count = select(func.count(Comment.id)).join(Paragraph, Paragraph.id == Comment.paragraph_id)

    @settings(max_examples=12 if settings.default.max_examples < 1000 else 300)  # type: ignore[union-attr]
    @given(OPERATIONS)
    def holds(acts: list[tuple[str, int, int]]) -> None:
        level = db.session.begin_nested()
        expected = _Expected(texts(draft_minutes))
        known = {key for key, _ in expected.rows}
        for name, at, other in acts:
            live = writing.standing_paragraphs(draft_minutes)
            expected.act(name, at % len(live), other, live, secretary)
            _look(draft_minutes, expected, known)
        on_text = count.where(Paragraph.removed_at.is_(None), Paragraph.minutes_id == draft_minutes.id)
        assert db.session.scalar(on_text) == 1, "the comment stands beside the text that it is about"
        level.rollback()
        db.session.expire_all()

    holds()


def _look(minutes: Minutes, expected: _Expected, known: set[str]) -> None:
    order = writing.standing_paragraphs(minutes)
    assert [(p.public_id, p.text) for p in order] == expected.rows
    assert [p.position for p in order] == list(range(1, len(order) + 1))
    rows = db.session.execute(
        select(Paragraph.public_id, ParagraphRevision.text)
        .join(ParagraphRevision, ParagraphRevision.paragraph_id == Paragraph.id)
        .where(Paragraph.minutes_id == minutes.id)
    )
    assert expected.written <= {(row.public_id, row.text) for row in rows}, "each wording can be read again"
    every = {
        p.public_id: p
        for p in db.session.scalars(select(Paragraph).where(Paragraph.minutes_id == minutes.id))
    }
    for key in known - {p.public_id for p in order}:
        assert every[key].merged_into_id is not None, "what left the text says where it went"
    for p in order:
        assert p.public_id in known or p.from_id is not None, "what is new says where it came from"


@pytest.mark.long
def test_through_the_pages(client: Callable[..., Critic], app: Flask) -> None:
    with app.app_context():
        minutes = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-05")).one().minutes
        assert minutes is not None
        order = writing.standing_paragraphs(minutes)
        public_id = next(p.public_id for p in order if p.kind == "text")
        last = order[-1].public_id
    secretary, member, address = client("secretary"), client("member"), f"{BASE}/paragraphs/{public_id}"
    assert secretary.post(address, data={"text": TEXT, "version": "1"}).status_code == 303
    page = secretary.get(address).get_data(as_text=True)
    assert "从这一句起另成一段" in page
    at = str(rules.cuts(TEXT)[0][0])
    assert secretary.post(f"{address}/split", data={"at": at, "version": "1"}).status_code == 409
    assert secretary.post(f"{address}/split", data={"at": "0", "version": "2"}).status_code == 422
    assert member.post(f"{address}/split", data={"at": at, "version": "2"}).status_code == 403
    made = secretary.post(f"{address}/split", data={"at": at, "version": "2"})
    assert made.status_code == 303
    new = made.headers["Location"].rpartition("#")[2]
    other = f"{BASE}/paragraphs/{new}"
    assert "第三句是结论" in secretary.get(other).get_data(as_text=True)
    assert secretary.post(f"{other}/joining", data={"version": "9"}).status_code == 409
    assert secretary.post(f"{other}/joining", data={"version": "1"}).status_code == 303
    gone = secretary.get(other)
    assert gone.status_code == 410
    assert "已并入另一段" in gone.get_data(as_text=True)
    assert secretary.post(f"{other}/restoration").status_code == 422
    assert secretary.post(f"{address}/joining", data={"version": "4"}).status_code == 422
    assert secretary.post(f"{address}/place", data={"after": last}).status_code == 303
    assert secretary.post(f"{address}/place", data={"after": "p-none"}).status_code == 422
    with app.app_context():
        minutes = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-05")).one().minutes
        assert minutes is not None
        assert writing.standing_paragraphs(minutes)[-1].public_id == public_id
