"""Minutes are translated paragraph by paragraph, and read and taken along side by side."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from kangjiansheng.committee.documents.checking import checked
from kangjiansheng.committee.models import Meeting, Minutes, Paragraph, ParagraphTranslation
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.operations import translations
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken, Stale
from kangjiansheng.core.transactions import commit
from tests.support.critic import Critic
from tests.support.queries import queries_counted

DRAFT, SIGNED = "/meetings/SAC-2026-05/minutes", "/meetings/SAC-2026-03/minutes"
TOLD, MISSING, OLD = "mean FOXP3+ purity", "本段暂无译文", "译文早于现行文字"
REFERENCE = "译文仅供参考，以简体中文为准。"
Who = Callable[[str], Actor]


@pytest.fixture
def paragraph(draft_minutes: Minutes) -> Paragraph:
    """A paragraph of text of a draft."""
    return next(p for p in writing.standing_paragraphs(draft_minutes) if p.kind == "text")


def translate(
    paragraph: Paragraph, who: Actor, words: str = "As it was.", **more: Any
) -> ParagraphTranslation:
    facts = {"seen": 0, "revision": paragraph.revision_no} | more
    return translations.translate(paragraph, "en", actor=who, text=words, **facts)


def public_id(app: Flask, words: str) -> str:
    with app.app_context():
        query = select(Paragraph).join(Minutes).join(Meeting).where(Meeting.code == "SAC-2026-03")
        return next(p.public_id for p in db.session.scalars(query) if words in p.text)


def test_the_latest_translation_counts_and_earlier_ones_stay(paragraph: Paragraph, actor: Who) -> None:
    secretary = actor("secretary")
    translate(paragraph, secretary)
    made = translate(paragraph, secretary, "As it is.", seen=1)
    assert (made.number, made.revision_no) == (2, paragraph.revision_no)
    assert translate(paragraph, secretary, "As it is.", seen=2) is made
    with pytest.raises(Stale):
        translate(paragraph, secretary, "Mine.", seen=1)
    commit()
    acts = (
        select(func.count()).select_from(AuditEntry).where(AuditEntry.act == "committee:paragraph:translate")
    )
    mine = acts.where(
        AuditEntry.thing_id.in_(select(ParagraphTranslation.id).filter_by(paragraph_id=paragraph.id))
    )
    assert db.session.scalar(mine) == 2
    with pytest.raises(DatabaseError), db.session.begin_nested():
        db.session.execute(text("UPDATE paragraph_translation SET text = 'Other.'"))


def test_a_translation_is_of_a_wording_and_of_another_language(paragraph: Paragraph, actor: Who) -> None:
    with pytest.raises(RuleBroken, match="translation-language"):
        translations.translate(paragraph, "zh-Hans", actor=actor("secretary"), seen=0, revision=1, text="同")
    with pytest.raises(RuleBroken, match="translation-of-what"):
        translate(paragraph, actor("secretary"), revision=paragraph.revision_no + 1)


@pytest.mark.long
def test_who_writes_the_minutes_translates_them_also_when_they_stand(
    client: Callable[..., Critic], app: Flask
) -> None:
    place = public_id(app, "注册负责人介绍")
    address = f"{SIGNED}/paragraphs/{place}/translation?to=en"
    data = {"version": 0, "revision": 1, "text": "Registration reports the strategy."}
    assert client("member").post(address, data=data).status_code == 403
    assert client("member").get(f"{SIGNED}/translation").status_code == 403
    secretary = client("secretary")
    before = client("member").get(SIGNED).text
    assert secretary.post(address, data=data).status_code == 303
    assert "Registration reports the strategy." in client("member").get(f"{SIGNED}?side=en").text
    assert "Registration reports" not in before
    assert "文字与指纹一致" in client("member").get(SIGNED).text
    assert "Registration reports the strategy." in secretary.get(f"{SIGNED}/translation").text


@pytest.mark.long
def test_a_form_that_comes_late_or_empty_keeps_what_was_typed(
    client: Callable[..., Critic], app: Flask
) -> None:
    place = public_id(app, "汇报要点")
    secretary, address = client("secretary"), f"{SIGNED}/paragraphs/{place}/translation?to=en"
    late = secretary.post(address, data={"version": 0, "revision": 1, "text": "My own words."})
    assert late.status_code == 409 and "My own words." in late.text and TOLD in late.text
    again = secretary.post(
        address, data={"version": 1, "revision": 1, "text": "My own words.", "resolve": "mine"}
    )
    assert again.status_code == 303
    empty = secretary.post(address, data={"version": 2, "revision": 1, "text": " "})
    assert empty.status_code == 422 and "请填写此项。" in empty.text
    assert secretary.post(f"{address[:-2]}fr", data={"text": "Non."}).status_code == 404
    assert secretary.get(f"{SIGNED}?side=fr").status_code == 404


@pytest.mark.long
def test_the_page_shows_both_sides_where_there_are_two(client: Callable[..., Critic]) -> None:
    member = client("member")
    plain, both = member.get(SIGNED).text, member.get(f"{SIGNED}?side=en").text
    assert "side=en" in plain and TOLD not in plain and MISSING not in plain
    assert TOLD in both and MISSING in both and REFERENCE in both and OLD not in both
    for path in (f"{SIGNED}?side=zh-Hant", "/meetings/SAC-2026-02/minutes?side=en"):
        page = member.get(path).text
        assert MISSING not in page and REFERENCE not in page
    assert "side=en" not in member.get("/meetings/SAC-2026-02/minutes").text


@pytest.mark.long
def test_an_earlier_day_shows_what_was_translated_then(client: Callable[..., Critic], app: Flask) -> None:
    secretary, place = client("secretary"), public_id(app, "注册负责人介绍")
    data = {"version": 0, "revision": 1, "text": "Said later."}
    assert secretary.post(f"{SIGNED}/paragraphs/{place}/translation?to=zh-Hant", data=data).status_code == 303
    with time_machine.travel(datetime(2026, 11, 25, 4, tzinfo=UTC)):
        later = client("secretary")
        pages = {
            day: later.get(f"{SIGNED}?side=zh-Hant&as_of={day}").text for day in ("2026-11-22", "2026-11-23")
        }
    assert "Said later." not in pages["2026-11-22"] and "繁體中文" not in pages["2026-11-22"]
    assert "Said later." in pages["2026-11-23"]


@pytest.mark.long
def test_a_wording_that_moved_on_marks_its_translation(
    paragraph: Paragraph, actor: Who, client: Callable[..., Critic]
) -> None:
    translate(paragraph, actor("secretary"))
    writing.edit_paragraph(paragraph, actor=actor("secretary"), seen=paragraph.version, text="改过的文字。")
    db.session.commit()
    for path in (f"{DRAFT}?side=en", f"{DRAFT}/translation?to=en"):
        assert OLD in client("secretary").get(path).text, path
    made = client("secretary").get(f"{DRAFT}.md?side=en").text
    assert "As it was." in made and OLD in made


@pytest.mark.long
def test_a_correction_leaves_the_translation_behind(client: Callable[..., Critic], app: Flask) -> None:
    with app.app_context():
        minutes = db.session.scalars(select(Minutes).join(Meeting).where(Meeting.code == "SAC-2026-01")).one()
        place = next(p.public_id for p in writing.standing_paragraphs(minutes) if "两家实验室" in p.text)
    data = {"version": 0, "revision": 1, "text": "Two laboratories."}
    base = "/meetings/SAC-2026-01/minutes"
    client("secretary").post(f"{base}/paragraphs/{place}/translation?to=en", data=data)
    assert OLD in client("member").get(f"{base}?side=en").text
    told = json.loads(client("member").get(f"{base}.json?side=en").data)["translations"]
    assert told == {
        "language": "en",
        "paragraphs": [{"id": place, "of": 1, "outdated": True, "text": "Two laboratories."}],
    }


@pytest.mark.long
def test_every_document_has_both_sides_when_asked(client: Callable[..., Critic], in_app: Flask) -> None:
    member = client("member")
    plain, both = (json.loads(member.get(f"{SIGNED}.json{asked}").data) for asked in ("", "?side=en"))
    assert "translations" not in plain and len(both["translations"]["paragraphs"]) == 4
    assert both["text"] == plain["text"] and both["draft"] == plain["draft"]
    found = checked(json.dumps(both).encode())
    assert found.is_whole and "译文不在签署之内，没有校验。" in found.notes
    marked = member.get(f"{SIGNED}.md?side=en").text
    assert TOLD in marked and REFERENCE in marked and MISSING in marked
    assert TOLD not in member.get(f"{SIGNED}.md").text
    with zipfile.ZipFile(io.BytesIO(member.get(f"{SIGNED}.docx?side=en").data)) as archive:
        body = archive.read("word/document.xml").decode()
    assert TOLD in body and REFERENCE in body and MISSING in body
    for form in ("gbt", "plain"):
        answer = member.get(f"{SIGNED}.pdf?side=en&form={form}")
        assert "minutes-en.pdf" in answer.headers["Content-Disposition"]
        file = checked(answer.data)
        assert file.is_whole, file.faults
        assert file.export["translations"] == both["translations"]
        one_side = member.get(f"{SIGNED}.pdf?form={form}").data
        assert checked(one_side).notes != file.notes and len(one_side) < len(answer.data)
    assert TOLD not in member.get(f"{SIGNED}.json?side=zh-Hant").text


def test_a_translation_is_found_and_its_history_kept(client: Callable[..., Critic]) -> None:
    member = client("member")
    assert "/meetings/SAC-2026-03/minutes#" in member.get("/search?q=viability").text
    assert TOLD in member.get(f"{SIGNED}/history").text


@pytest.mark.long
def test_translations_cost_one_statement(client: Callable[..., Critic]) -> None:
    member = client("member")
    member.get(SIGNED)
    with queries_counted() as plain:
        member.get(SIGNED)
    with queries_counted() as both:
        member.get(f"{SIGNED}?side=en")
    assert len(both) == len(plain) + 1, both.shown
