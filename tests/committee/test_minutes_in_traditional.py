"""Minutes that a secretary in Hong Kong begins: the sentences of our own are in her script, what people typed is not."""

import re
from datetime import timedelta

import pytest
from lxml import html
from sqlalchemy import select

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee.models import Committee
from kangjiansheng.committee.operations import meetings, motions, presence, reviews
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.rules.stated import stated
from kangjiansheng.committee.rules.votes import Tally
from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.core.text import to_hans, to_hant
from kangjiansheng.core.transactions import writing as committed

TYPED = "同意进入下一阶段。"  # what was moved stays as it was typed


@pytest.fixture
def begun(actor):
    """One item, seven of nine there; a vote by name that carries before the minutes begin, one by hands that fails after."""

    def begin(locale, language=None):
        who = actor("secretary")
        db.session.get_one(Person, who.id).locale = locale
        sac = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
        held = meetings.create_meeting(sac, actor=who, held_on=clock.today(), illustrative=True)
        item = meetings.add_item(held, actor=who, name_hans="讨论进展", kind="decide")
        people = [m.person_id for m in sac.members if m.voting]
        since = clock.now() - timedelta(minutes=30)
        for person in people[:7]:
            presence.arrive(held, actor=who, person_id=person, mode="on_site", at=since)
        presence.open_item(item, actor=who, at=since + timedelta(minutes=5))
        carried = motions.open_motion(item, actor=who, kind="D", text=TYPED, method="name")
        for person in people[:6]:
            motions.cast(carried, actor=who, person_id=person, choice="for")
        motions.close(carried, actor=who)
        minutes = writing.start(held, actor=who, language=language)
        failed = motions.open_motion(item, actor=who, kind="D", text=TYPED, method="count")
        motions.close(failed, actor=who, counts=Tally(3, 3, 1))
        return minutes, writing.standing_paragraphs(minutes)

    return begin


def test_sentences_of_ours_are_in_her_script(in_app, begun):
    minutes, paragraphs = begun("zh-Hant")
    assert minutes.language == "zh-Hant"
    texts = [p.text for p in paragraphs]
    assert texts[0] == "出席情況"
    assert "應到 9 人，實到 7 人" in texts[1] and "達到法定人數" in texts[1]
    assert texts[2] == "討論進展"
    assert texts[-2:] == ["行動項目", "會議議定以下行動項目。"]
    assert TYPED in texts  # the decision
    told = [text for text in texts if "表決" in text]
    assert any("記名表決" in text and "獲得通過" in text for text in told)
    moved = next(text for text in told if "未獲通過" in text)
    assert moved.startswith(f"動議：{TYPED}\n\n舉手表決")
    ours = [text.replace(TYPED, "") for text in texts]
    assert [text for text in ours if to_hant(text) != text] == []


def test_a_seat_with_a_traditional_name_of_its_own_keeps_it(in_app, begun):
    sac = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
    seat = next(m for m in sac.members if m.voting and m.name_hans)
    seat.name_hant = "范氏專席"
    _minutes, paragraphs = begun("zh-Hant")
    told = "".join(p.text for p in paragraphs)
    assert "范氏專席" in told and to_hant(seat.name_hans) not in told


@pytest.mark.parametrize("locale", ["zh-Hans", "en"])
def test_others_begin_them_in_simplified(in_app, begun, locale):
    minutes, paragraphs = begun(locale)
    assert minutes.language == "zh-Hans"
    assert [p.text for p in paragraphs if to_hans(p.text) != p.text] == []
    assert paragraphs[-1].text == "会议议定以下行动项。"


def test_whoever_chooses_english_begins_them_in_english(in_app, begun):
    minutes, paragraphs = begun("zh-Hans", "en")
    assert minutes.language == "en"
    texts = [p.text for p in paragraphs]
    assert texts[0] == "Attendance"
    assert texts[1].startswith("Members expected: 9; present: 7") and texts[1].endswith("and was met.")
    assert texts[-2:] == ["Actions", "The meeting agreed these actions."]
    told = " ".join(texts)
    assert "Vote by name, begun at" in told and ": carried." in told
    moved = next(text for text in texts if "not carried" in text)
    assert moved.startswith(f"Motion: {TYPED}\n\nVote by show of hands")
    ours = [text.replace(TYPED, "") for text in texts if not text.startswith("讨论")]
    assert [text for text in ours if re.search("[\u4e00-\u9fff，。：；]", text)] == []


def test_the_language_is_chosen_beside_the_button(client, actor, in_app):
    with committed():
        who = actor("secretary")
        sac = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
        held = meetings.create_meeting(sac, actor=who, held_on=clock.today(), illustrative=True)
        presence.arrive(held, actor=who, person_id=sac.members[0].person_id, mode="on_site", at=clock.now())
        held.life = "held"
        code = held.code
    secretary = client("secretary")
    field = html.fromstring(secretary.get(f"/meetings/{code}").text).get_element_by_id("language")
    assert [one.get("value") for one in field] == ["zh-Hans", "zh-Hant", "en"]
    assert field.value == "zh-Hans", "her own, until she chooses"
    assert secretary.post(f"/meetings/{code}/minutes", data={"language": "en"}).status_code == 303
    db.session.expire_all()
    assert "The quorum is" in html.fromstring(secretary.get(f"/meetings/{code}/minutes").text).text_content()


def test_what_they_state_is_understood(in_app, begun):
    """The hint that a text counts otherwise than the list of attendance reads both scripts."""
    _minutes, paragraphs = begun("zh-Hant")
    assert {(one.kind, one.count) for one in stated(paragraphs[1].text)} >= {("expected", 9), ("present", 7)}


def test_they_are_reviewed_and_read_like_any_other(client, actor, in_app, begun):
    with committed():
        minutes, _paragraphs = begun("zh-Hant")
        who = actor("secretary")
        for member in minutes.meeting.committee.members:  # who was not there was away
            recorded = {row.person_id for row in minutes.meeting.attendance if row.mode}
            if member.is_held_on(minutes.meeting.held_on) and member.person_id not in recorded:
                meetings.attendance_row(minutes.meeting, member.person_id).mode = "absent"
        draft = reviews.open_review(minutes, actor=who, due_on=clock.today() + timedelta(days=7))
        code = minutes.meeting.code
        assert reviews.is_intact(draft, draft.sha256)
    page = client("member").get(f"/meetings/{code}/minutes")
    assert page.status_code == 200 and "應到 9 人，實到 7 人" in page.text
    file = client("member").get(f"/meetings/{code}/minutes.docx")
    assert file.status_code == 200
