"""Bringing minutes from elsewhere: the dry run, corrections, the import in one act, and taking it back."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from kangjiansheng.accounts.models import Person
from kangjiansheng.committee import commands
from kangjiansheng.committee.models import (
    Action,
    Committee,
    Decision,
    Meeting,
    Minutes,
    MinutesImport,
    Recusal,
)
from kangjiansheng.committee.operations import committees, imports, meetings
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.queries.imports import file_of, look, names_in
from kangjiansheng.committee.rules.sources import recognise
from kangjiansheng.committee.rules.sources.found import lost
from kangjiansheng.committee.rules.sources.plan import planned
from kangjiansheng.core import clock, files, word_files
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.outbox import Notification, Outbox
from kangjiansheng.core.transactions import commit
from kangjiansheng.labs.queries import seen_people
from tests.support.critic import Critic

FOLDER = Path(__file__).parent / "sources"
OWN = """# 会议纪要

会议时间：2025年3月12日 10:00-12:00
出席：主任委员、委员（血液学）、无名氏
列席：Committee chair

## 一、方案

讨论了方案。

决议：同意。同意 2，反对 0，弃权 0

## 待办

- 主任委员：写信，于2025年4月1日前
- 无名氏：打电话
"""


def the_committee() -> Committee:
    return db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()


@pytest.fixture
def bring(in_app: Flask, actor: Callable[[str], Actor]) -> Callable[..., MinutesImport]:
    """`bring("name.md", text)`: read by the secretary."""

    def act(name: str = "own.md", text: str | bytes = OWN) -> MinutesImport:
        data = text.encode() if isinstance(text, str) else text
        return imports.receive(the_committee(), name, data, actor=actor("secretary"))

    return act


def texts(meeting: Meeting) -> list[tuple[str, str]]:
    assert meeting.minutes is not None
    return [(p.kind, p.text) for p in writing.standing_paragraphs(meeting.minutes)]


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_reading_writes_no_meeting(
    bring: Callable[..., MinutesImport], actor: Callable[[str], Actor]
) -> None:
    before = count(Meeting), count(Decision), count(Person)
    row = bring()
    seen = look(row.committee, row.text, row.name, row.sha256, {}, actor=actor("secretary"))
    assert seen.problems == []
    assert seen.people["主任委员"] is not None
    assert seen.people["Committee chair"] == seen.people["主任委员"], "by any of their names"
    assert seen.people["无名氏"] is None
    assert (count(Meeting), count(Decision), count(Person)) == before


def test_a_name_is_that_of_somebody_whom_the_importer_sees(
    in_app: Flask, actor: Callable[[str], Actor]
) -> None:
    """Who brings a list of names and addresses does not learn from it who else is here, nor by a number."""
    own = committees.create_committee(actor=actor("admin"), code="TSC", name_hans="甲")
    committees.add_member(
        own, actor=actor("admin"), person_id=actor("lead2").id, office="secretary", name_hans="秘书"
    )
    people = {one.id: one for one in db.session.scalars(select(Person))}
    stranger, fellow = (people[actor(short).id] for short in ("outsider", "lead2"))
    source = f"# 会议纪要\n\n会议时间：2025年3月12日\n出席：{stranger.name_hans}、某人（{stranger.email}）、{fellow.name_hans}\n"
    chosen = {"people": {"某人": stranger.id}}
    for given in ({}, chosen):
        names = {}
        for short in ("lead2", "executive"):
            seen = look(own, source, "m.md", "0" * 64, given, actor=actor(short))
            names[short] = {person.id for person in seen.people.values() if person}
            assert stranger.id not in {one.id for one in seen.persons} or short == "executive"
        assert names == {"lead2": {fellow.id}, "executive": {fellow.id, stranger.id}}


def test_a_draft_with_its_meeting_in_one_act(
    bring: Callable[..., MinutesImport], actor: Callable[[str], Actor]
) -> None:
    row = bring()
    people, told = count(Person), (count(Notification), count(Outbox))
    made = imports.apply(row, actor=actor("secretary"), life="draft")
    assert (made.life, made.held_on, made.source, made.minutes.life) == (
        "held",
        date(2025, 3, 12),
        "",
        "draft",
    )
    assert made.minutes_no == "", "a number that the source does not give is not made up"
    modes = {a.person.name_hans: (a.mode, a.voting) for a in made.attendance}
    assert modes == {"主任委员": ("on_site", True), "委员（血液学）": ("on_site", True)}
    assert count(Person) == people
    assert (count(Notification), count(Outbox)) == told, "the meeting is past: nobody is told"
    decision = db.session.scalars(select(Decision).where(Decision.meeting_id == made.id)).one()
    assert (decision.votes_for, decision.votes_against, decision.kind) == (2, 0, "D")
    acts = db.session.scalars(select(Action).where(Action.meeting_id == made.id).order_by(Action.id)).all()
    assert [(a.text, a.owner_role, a.due_on) for a in acts] == [
        ("写信", "", date(2025, 4, 1)), ("打电话", "无名氏", None),
    ]  # fmt: skip
    assert acts[0].owner is not None
    assert [kind for kind, _ in texts(made)] == ["text", "heading", "text", "decision", "heading", "action"]
    assert len({row.change_set_id}) == 1
    assert files.read(files.folder(), row.sha256) == OWN.encode()


def test_a_record_is_frozen_and_signed_by_nobody(
    bring: Callable[..., MinutesImport], actor: Callable[[str], Actor]
) -> None:
    row = bring()
    made = imports.apply(row, actor=actor("secretary"), life="record")
    assert (made.minutes.life, made.minutes.current_draft) == ("record", 0)
    with pytest.raises(RuleBroken, match="import-frozen"):
        imports.undo(row, actor=actor("secretary"))
    paragraph = writing.standing_paragraphs(made.minutes)[0]
    with pytest.raises(RuleBroken, match="frozen"):
        writing.edit_paragraph(paragraph, actor=actor("secretary"), seen=1, text="x")
    commit()
    with pytest.raises(DBAPIError, match="frozen"):
        db.session.execute(text("UPDATE decision SET text = 'x' WHERE meeting_id = :id"), {"id": made.id})
    db.session.rollback()


def test_the_same_file_or_day_is_refused(
    bring: Callable[..., MinutesImport], actor: Callable[[str], Actor]
) -> None:
    secretary = actor("secretary")
    imports.apply(bring(), actor=secretary, life="draft")
    with pytest.raises(RuleBroken, match="import-again"):
        imports.apply(bring(), actor=secretary, life="draft")
    with pytest.raises(RuleBroken, match="import-day-taken"):
        imports.apply(bring("other.md", OWN + "\n另一行"), actor=secretary, life="draft")


def test_the_founding_article_is_there_already(
    bring: Callable[..., MinutesImport], actor: Callable[[str], Actor]
) -> None:
    row = bring("first.md", (FOLDER / "first_meeting_from_article_zh.md").read_text("utf-8"))
    seen = look(row.committee, row.text, row.name, row.sha256, {}, actor=actor("secretary"))
    assert next((p.code, p.meeting) for p in seen.problems) == ("committee:import-day-taken", "SAC-2024-01")


def test_the_sample_keeps_label_numbers_and_recusal(
    bring: Callable[..., MinutesImport], actor: Callable[[str], Actor]
) -> None:
    admin, secretary = actor("admin"), actor("secretary")
    other = committees.create_committee(actor=admin, code="OLD", name_hans="旧委员会", short_hans="旧")
    source = (FOLDER / "sab_minutes_zh_illustrative.md").read_text("utf-8")
    source = (
        source.replace("2026-06", "2019-06")
        .replace("康科委纪〔2026〕3号", "旧〔2019〕3号")
        .replace("2026年4月10日", "2019年4月10日")
    )
    row = imports.receive(other, "sample.md", source.encode(), actor=secretary)
    member = db.session.scalars(select(Person).where(Person.code == "CAST-MEMBER")).one()
    committees.add_member(other, actor=admin, person_id=member.id, office="member", name_hans="示例")
    imports.correct(row, {"people": {"席位07": member.id}}, version=row.version)
    made = imports.apply(row, actor=secretary, life="record")
    assert made.illustrative
    assert made.minutes.illustrative
    assert (made.running_no, made.minutes_no) == (6, "旧〔2019〕3号")
    numbers = set(db.session.scalars(select(Decision.number).where(Decision.meeting_id == made.id)))
    assert {"D-2019-06-01", "R-2019-06-02"} <= numbers
    assert len(numbers) == 3, "the third has none in the source, and gets one"
    recused = db.session.scalars(select(Recusal).where(Recusal.person_id == member.id)).all()
    assert "facts" in [r.kind for r in recused]
    assert all("决议 D-2019" not in text for _kind, text in texts(made)), (
        "the number stands beside the paragraph"
    )
    after = meetings.create_meeting(other, actor=admin, held_on=date(2030, 1, 1))
    assert after.running_no == 7, "the series goes on after a number that was brought along"


def test_corrections_change_what_is_written(
    bring: Callable[..., MinutesImport], actor: Callable[[str], Actor]
) -> None:
    row = bring()
    seen = look(row.committee, row.text, row.name, row.sha256, {}, actor=actor("secretary"))
    at = next(n for n, p in enumerate(seen.found.pieces) if p.text == "讨论了方案。")
    chosen = {
        "day": "2025-03-13",
        "place": "甲会议室",
        "title": "旧会",
        "kinds": {str(at): "recommendation"},
        "starts": "09:15",
        "ends": "",
    }
    imports.correct(row, chosen, version=row.version)
    made = imports.apply(row, actor=actor("secretary"), life="draft")
    assert (made.held_on, made.place, made.name_hans) == (date(2025, 3, 13), "甲会议室", "旧会")
    assert (made.starts_at.hour, made.ends_at) == (1, None)
    kinds = db.session.scalars(select(Decision.kind).where(Decision.meeting_id == made.id))
    assert sorted(kinds) == ["D", "R"]


def test_a_meeting_without_a_number_and_drafts_do_not_meet(
    bring: Callable[..., MinutesImport], actor: Callable[[str], Actor]
) -> None:
    """Both stand below zero: neither may take the place of the other, whichever came first."""
    today = clock.today()
    drafts = [
        meetings.create_meeting(the_committee(), actor=actor("secretary"), held_on=today, draft=True)
        for _ in "abc"
    ]
    row = bring()
    made = imports.apply(row, actor=actor("secretary"), life="draft")
    later = meetings.create_meeting(the_committee(), actor=actor("secretary"), held_on=today, draft=True)
    numbers = [meeting.running_no for meeting in (*drafts, made, later)]
    assert max(numbers) < 0
    assert len(set(numbers)) == 5


def test_a_day_must_be_known_and_past(
    bring: Callable[..., MinutesImport], actor: Callable[[str], Actor]
) -> None:
    secretary = actor("secretary")
    with pytest.raises(RuleBroken, match="import-no-day"):
        imports.apply(bring("a.md", "# 纪要\n\n文字"), actor=secretary, life="draft")
    with pytest.raises(RuleBroken, match="import-in-future"):
        imports.apply(bring("b.md", "# 2031-01-01\n\n文字"), actor=secretary, life="draft")


@pytest.mark.long
def test_an_untouched_draft_is_taken_back_and_comes_again(
    bring: Callable[..., MinutesImport], actor: Callable[[str], Actor], client: Callable[..., Critic]
) -> None:
    secretary = actor("secretary")
    row = bring()
    made = imports.apply(row, actor=secretary, life="draft")
    code = made.code
    imports.undo(row, actor=secretary)
    assert made.withdrawn_at is not None
    db.session.commit()
    page = client("secretary")
    assert page.get(f"/meetings/{code}").status_code == 404
    assert page.get(f"/meetings/{made.code}").status_code == 404
    assert "没有找到" in page.get("/search?q=无名氏").text
    again = imports.apply(bring(), actor=secretary, life="draft")
    assert again.id != made.id
    with pytest.raises(RuleBroken, match="import-done"):
        imports.undo(row, actor=secretary)


def test_what_was_worked_on_is_not_taken_back(
    bring: Callable[..., MinutesImport], actor: Callable[[str], Actor]
) -> None:
    secretary = actor("secretary")
    row = bring()
    made = imports.apply(row, actor=secretary, life="draft")
    commit()
    first = writing.standing_paragraphs(made.minutes)[0]
    writing.edit_paragraph(first, actor=secretary, seen=1, text="改过")
    commit()
    with pytest.raises(RuleBroken, match="import-built-on"):
        imports.undo(row, actor=secretary)


def test_a_draft_becomes_a_record_later(
    bring: Callable[..., MinutesImport], actor: Callable[[str], Actor], draft_minutes: Minutes
) -> None:
    made = imports.apply(bring(), actor=actor("secretary"), life="draft")
    imports.freeze(made.minutes, actor=actor("secretary"))
    assert made.minutes.life == "record"
    with pytest.raises(RuleBroken, match="import-not-imported"):
        imports.freeze(draft_minutes, actor=actor("secretary"))


def word(fill: Callable[[Any], None]) -> bytes:
    document = Document()
    fill(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_a_word_file(bring: Callable[..., MinutesImport], actor: Callable[[str], Actor]) -> None:
    def fill(d: Any) -> None:
        d.add_heading("第 61 次会议纪要", 0)
        d.add_paragraph("会议时间：2019年4月10日 9:30-11:00")
        d.add_heading("出席", 1)
        table = d.add_table(2, 2)
        for cell, words in zip(
            [c for r in table.rows for c in r.cells], ["姓名", "出席", "主任委员", "✓"], strict=True
        ):
            cell.text = words
        d.add_heading("一、方案", 1)
        d.add_paragraph().add_run("重点").bold = True
        d.add_paragraph("甲", style="List Bullet")
        d.add_paragraph("决议：同意")

    row = bring("minutes.docx", word(fill))
    assert row.kind == "docx"
    made = imports.apply(row, actor=actor("secretary"), life="record")
    assert (made.running_no, made.held_on) == (61, date(2019, 4, 10))
    assert ("text", "**重点**") in texts(made)
    assert ("decision", "决议：同意") in texts(made)
    assert [a.mode for a in made.attendance] == ["on_site"]


@pytest.mark.long
def test_files_that_are_not_read(bring: Callable[..., MinutesImport]) -> None:
    plain = word(lambda d: d.add_paragraph("x"))
    macros, bomb = io.BytesIO(plain), io.BytesIO()
    with zipfile.ZipFile(macros, "a") as packed:
        packed.writestr("word/vbaProject.bin", b"x")
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "x")
        packed.writestr("word/document.xml", b"0" * (word_files.MOST_BYTES + 1))
    doctype = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as old, zipfile.ZipFile(doctype, "w") as new:
        for part in old.namelist():
            body = old.read(part)
            if part == "word/document.xml":
                body = body.replace(
                    b"<w:document", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><w:document', 1
                )
                body = body.replace(b"x</w:t>", b"x&e;</w:t>")
            new.writestr(part, body)
    cases = {
        "macros": macros.getvalue(), "too-large": bomb.getvalue(), "damaged": plain[:200], "locked": b"\xd0\xcf\x11\xe0\xa1\xb1",
        "other-kind": b"%PDF-1.7 \xff\xfe\x00", "empty": word(lambda d: d.add_paragraph(" ")),
    }  # fmt: skip
    for code, data in cases.items():
        with pytest.raises(RuleBroken, match=f"import-{code}"):
            bring("file.docx", data)
    with pytest.raises(RuleBroken, match="import-empty"):
        bring("file.md", b"  \n")
    found, _kind = imports.text_of("x.docx", doctype.getvalue())
    assert "root" not in found, "entities are not fetched"


@pytest.mark.long
@pytest.mark.parametrize("kind", ["md", "docx"])
@pytest.mark.parametrize("code", ["SAC-2026-01", "SAC-2026-03"])
@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_our_own_exports_come_back(
    kind: str,
    code: str,
    language: str,
    client: Callable[..., Critic],
    actor: Callable[[str], Actor],
    meeting: Callable[[str], Meeting],
) -> None:
    data = client("chair", language).get(f"/meetings/{code}/minutes.{kind}").data
    other = committees.create_committee(actor=actor("admin"), code="OLD", name_hans="旧委员会")
    row = imports.receive(other, f"m.{kind}", data, actor=actor("secretary"))
    imports.correct(row, {"running_no": "", "minutes_no": ""}, version=row.version)
    made = imports.apply(row, actor=actor("secretary"), life="draft")
    first = meeting(code)
    assert first.held_on == made.held_on
    assert [kind for kind, _ in texts(made)] == [kind for kind, _ in texts(first)]
    assert [" ".join(text.split()) for _, text in texts(made)] == [
        " ".join(text.split()) for _, text in texts(first)
    ]

    def outcomes(one: Meeting) -> list[tuple[Any, ...]]:
        decided = db.session.scalars(
            select(Decision).where(Decision.meeting_id == one.id).order_by(Decision.id)
        )
        asked = db.session.scalars(
            select(Action)
            .where(Action.meeting_id == one.id, Action.life != "dropped")
            .order_by(Action.number)
        )
        return [(d.kind, d.votes_for, d.votes_against, d.abstentions) for d in decided] + [
            (a.text, a.due_on) for a in asked
        ]

    assert sorted(map(str, outcomes(made))) == sorted(map(str, outcomes(first)))


@pytest.mark.long
def test_on_the_page(client: Callable[..., Critic], in_app: Flask) -> None:
    page = client("secretary")
    assert "导入纪要" in page.get("/committees/SAC").text
    answer = page.post(
        "/committees/SAC/imports", data={"pasted": OWN, "origin": "存档"}, follow_redirects=False
    )
    assert answer.status_code == 303
    here = answer.headers["Location"]
    seen = page.get(here)
    assert "尚未导入" in seen.text
    assert "无名氏" in seen.text
    row = db.session.scalars(select(MinutesImport)).one()
    wrong = page.post(here, data={"version": row.version, "day": "", "act": "import", "life": "draft"})
    assert wrong.status_code == 422
    assert "没有认出会议日期" in wrong.text
    stale = page.post(here, data={"version": 99, "act": "look"})
    assert stale.status_code == 409
    done = page.post(
        here, data={"version": row.version, "day": "2025-03-12", "act": "import", "life": "record"}
    )
    assert done.status_code == 303, done.text[:300]
    assert page.get(done.headers["Location"]).status_code == 200
    after = page.get(here).text
    assert "存档" in after
    assert page.get(f"{here}/file").data == OWN.strip().encode()
    assert "讨论了方案" in page.get("/search?q=讨论了方案").text
    for other in ("member", "outsider", "executive"):
        assert client(other).get(here).status_code in (403, 404)
        assert client(other).get("/committees/SAC/imports").status_code == 403


@pytest.mark.parametrize("act", ["look", "import"])
def test_a_text_for_which_there_is_no_room_is_not_cut(
    client: Callable[..., Critic], in_app: Flask, act: str
) -> None:
    """It comes back as it was typed, with the field that it is about; so does one that the file has so long."""
    page = client("secretary")
    here = page.post("/committees/SAC/imports", data={"pasted": OWN, "origin": ""}).headers["Location"]
    row = db.session.scalars(select(MinutesImport)).one()
    sent = {"version": row.version, "day": "2025-03-12", "act": act, "life": "draft"}
    for key, name in (("title", "会议名称"), ("place", "会议地点"), ("minutes_no", "纪要编号")):
        typed = "长" * 400 + "末"
        answer = page.post(here, data=sent | {key: typed})
        assert answer.status_code == 422, key
        assert f"{name}最多 400 个字符，现在有 401 个。" in answer.text and f'value="{typed}"' in answer.text
        assert "aria-invalid" in re.findall(rf'<input[^>]*name="{key}"[^>]*>', answer.text)[0]
        assert "长长" not in page.get(here).text, "nothing of it is kept"
    assert page.post(here, data=sent | {"title": "长" * 400}).status_code == 303


def test_a_title_of_the_file_that_is_too_long_is_said(
    bring: Callable[..., MinutesImport], actor: Callable[[str], Actor]
) -> None:
    row = bring()
    seen = look(
        row.committee, row.text, row.name, row.sha256, {"title": "长" * 401}, actor=actor("secretary")
    )
    assert [(p.code, p.where) for p in seen.problems if p.code.endswith("-long")] == [
        ("committee:import-title-long", "title")
    ]


@pytest.mark.parametrize(
    ("long", "said", "beside"),
    [
        ("## 一、{long}", "第 9 行的议题名称最多 400 个字符，现在有 401 个", "长"),
        ("| 议题 | 汇报人 |\n|---|---|\n| 方案 | {long} |", "第 11 行的汇报人最多 400 个字符，现在有 401 个", "方案"),
        ("| 事项 | 负责人 | 期限 |\n|---|---|---|\n| 写信 | 甲 | 2025-04-01 |\n| 打电话 | {long} | 2025-04-02 |",
         "第 12 行的负责人最多 400 个字符，现在有 401 个", "打电话"),
    ],
)  # fmt: skip
def test_what_a_line_names_at_too_much_length_is_not_cut(
    client: Callable[..., Critic], in_app: Flask, long: str, said: str, beside: str
) -> None:
    """The import is refused with the line; corrections stay as they were typed, and nothing is written."""
    head = "# 会议纪要\n\n会议时间：2025年3月12日 10:00-12:00\n出席：主任委员\n\n## {section}\n\n\n"
    section = {"汇": "议程", "负": "待办"}.get(said[said.index("的") + 1], "开场")
    text = head.format(section=section) + long.format(long="长" * 401) + "\n\n讨论了方案。\n"
    page = client("secretary")
    here = page.post("/committees/SAC/imports", data={"pasted": text, "origin": ""}).headers["Location"]
    row = db.session.scalars(select(MinutesImport)).one()
    assert said in page.get(here).text
    sent = {"version": row.version, "day": "2025-03-12", "place": "二楼", "life": "draft", "act": "import"}
    answer = page.post(here, data=sent)
    assert answer.status_code == 422 and 'value="二楼"' in answer.text
    assert re.search(rf'{beside}(?:(?!</li>|</tr>).)*class="fe".*?{said}', answer.text, re.S)
    assert db.session.scalar(select(Meeting.id).where(Meeting.held_on == date(2025, 3, 12))) is None


def test_whose_action_it_is_may_stand_at_any_length_once_somebody_is_chosen(
    bring: Callable[..., MinutesImport], actor: Callable[[str], Actor]
) -> None:
    """Then the person is written and not the words."""
    long = "长" * 401
    row = bring(
        "own.md", OWN + f"\n| 事项 | 负责人 | 期限 |\n|---|---|---|\n| 寄信 | {long} | 2025-04-01 |\n"
    )
    with pytest.raises(RuleBroken) as refused:
        imports.apply(row, actor=actor("secretary"), life="draft")
    assert refused.value.code == "committee:import-owner-long"
    imports.correct(row, {"people": {long: actor("member").id}}, version=row.version)
    imports.apply(row, actor=actor("secretary"), life="draft")
    action = db.session.scalars(select(Action).where(Action.text == "寄信")).one()
    assert action.owner_id == actor("member").id


def test_discarding_leaves_nothing_to_see(
    client: Callable[..., Critic], in_app: Flask, bring: Callable[..., MinutesImport]
) -> None:
    row = bring()
    db.session.commit()
    page = client("secretary")
    assert page.post(f"/committees/SAC/imports/{row.id}/discard").status_code == 303
    assert page.get(f"/committees/SAC/imports/{row.id}").status_code == 404
    db.session.refresh(row)
    assert (row.text, file_of(row)) == ("", None)


@pytest.mark.long
def test_the_file_is_withheld_from_who_may_not_read_all_of_it(
    bring: Callable[..., MinutesImport], actor: Callable[[str], Actor], client: Callable[..., Critic]
) -> None:
    """The chair keeps the committee, and was recused: neither the file nor its reading is for the chair any more."""
    sample = (FOLDER / "sab_minutes_zh_illustrative.md").read_text("utf-8")
    unwritten = bring("sample.md", sample)
    named = {"people": {"席位07": actor("chair").id}}
    imports.correct(unwritten, named, version=unwritten.version)
    commit()
    chair, there = client("chair"), f"/committees/SAC/imports/{unwritten.id}"
    assert chair.get(there).status_code == chair.get(f"{there}/file").status_code == 404
    assert there not in chair.get("/committees/SAC/imports").text
    assert client("secretary").get(there).status_code == 200
    row = bring("first.md", OWN)
    made = imports.apply(row, actor=actor("secretary"), life="draft")
    item = next(i for i in made.items)
    db.session.add(Recusal(agenda_item_id=item.id, person_id=actor("chair").id, kind="whole"))
    commit()
    chair, here = client("chair"), f"/committees/SAC/imports/{row.id}"
    assert chair.get(here).status_code == 404
    assert chair.get(f"{here}/file").status_code == 404
    assert here not in chair.get("/committees/SAC/imports").text
    assert client("secretary").get(here).status_code == 200
    imports.undo(row, actor=actor("secretary"))
    commit()
    chair = client("chair")
    assert chair.get(f"{here}/file").status_code == 404, "what was taken back is not told after all"
    assert here not in chair.get("/committees/SAC/imports").text
    assert client("secretary").get(f"{here}/file").status_code == 200


def test_from_the_command_line(
    in_app: Flask, actor: Callable[[str], Actor], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.md").write_text(OWN, "utf-8")
    (tmp_path / "b.md").write_text("# 没有日期\n\n文字", "utf-8")
    (tmp_path / "c.jpg").write_bytes(b"x")
    options: dict[str, Any] = {
        "actor": actor("secretary"),
        "life": "record",
        "origin": "存档",
        "as_json": False,
    }
    before = count(Meeting)
    assert commands.import_minutes(tmp_path, the_committee(), dry_run=True, **options) == 1
    told = capsys.readouterr()
    assert "a.md: would be imported" in told.out and "b.md: refused" in told.out
    assert "No day of the meeting was recognised" in told.err
    assert (count(Meeting), count(MinutesImport)) == (before, 0)
    assert commands.import_minutes(tmp_path, the_committee(), dry_run=False, **options) == 1
    assert "a.md: imported as SAC-2025" in capsys.readouterr().out
    row = db.session.scalars(select(MinutesImport)).one()
    assert (row.state, row.origin, row.meeting.minutes.life) == ("applied", "存档", "record")
    assert commands.import_minutes(tmp_path / "a.md", the_committee(), dry_run=False, **options) == 1
    assert "The same file has been imported before" in capsys.readouterr().err


def test_offices_in_english_are_seats(
    bring: Callable[..., MinutesImport], actor: Callable[[str], Actor]
) -> None:
    row = bring("board.md", (FOLDER / "board_labels.md").read_text("utf-8"))
    seen = look(row.committee, row.text, row.name, row.sha256, {}, actor=actor("secretary"))
    assert seen.people["Chair"] is not None
    assert seen.people["Chair"].id == actor("chair").id
    assert seen.people["Ben Member"] is None


def test_the_attendance_is_corrected(
    bring: Callable[..., MinutesImport], actor: Callable[[str], Actor], client: Callable[..., Critic]
) -> None:
    """How somebody was there, and who was there though the source does not say so."""
    row = bring()
    db.session.commit()
    member = actor("member2").id
    page, here = client("secretary"), f"/committees/SAC/imports/{row.id}"
    before = page.get(here)
    assert "原件没有写到的成员" in before.text
    seen = look(row.committee, row.text, row.name, row.sha256, {}, actor=actor("secretary"))
    names = names_in(seen.found)
    fields = {f"mode-{n}": seen.plan.modes.get(name, "") for n, name in enumerate(names)}
    fields |= {f"who-{n}": p.id if (p := seen.people.get(name)) else 0 for n, name in enumerate(names)}
    fields |= {
        f"mode-{names.index('主任委员')}": "online", f"mode-{names.index('委员')}": "",
        f"other-{member}": "excused", "other-999999": "present", f"mode-{names.index('无名氏')}": "<b>",
    }  # fmt: skip
    kept = page.post(here, data=fields | {"version": row.version, "day": "2025-03-12", "act": "look"})
    assert kept.status_code == 303
    again = page.get(here).text
    assert f'name="other-{member}"' in again
    db.session.refresh(row)
    made = imports.apply(row, actor=actor("secretary"), life="record")
    assert {a.person_id: a.mode for a in made.attendance} == {actor("chair").id: "online", member: "absent"}


def test_corrections_keep_their_names(
    bring: Callable[..., MinutesImport], actor: Callable[[str], Actor], client: Callable[..., Critic]
) -> None:
    """An action that becomes text leaves the places of the other names as they were."""
    row = bring("own.md", OWN.replace("- 主任委员：", "- 陌生人：") + "- 第三人：等\n")
    db.session.commit()
    seen = look(row.committee, row.text, row.name, row.sha256, {}, actor=actor("secretary"))
    names, pieces = names_in(seen.found), seen.found.pieces
    first = next(n for n, p in enumerate(pieces) if p.kind == "action")
    page, here = client("secretary"), f"/committees/SAC/imports/{row.id}"
    same = {"day": "2025-03-12", "act": "look", f"kind-{first}": "text"}
    page.post(here, data=same | {"version": row.version})
    db.session.refresh(row)
    last = names.index("第三人")
    page.post(here, data=same | {"version": row.version, f"who-{last}": actor("chair").id})
    db.session.refresh(row)
    assert row.chosen["people"] == {"第三人": actor("chair").id}


def test_what_stands_beside_the_words_of_a_word_file_is_told_and_can_be_taken(
    bring: Callable[..., MinutesImport], actor: Callable[[str], Actor]
) -> None:
    def fill(d: Any) -> None:
        d.add_heading("第 62 次会议纪要", 0)
        d.add_paragraph("会议时间：2019年5月10日")
        d.add_heading("一、方案", 1)
        paragraph = d.add_paragraph("同意修订方案。")
        d.add_comment(paragraph.runs, text="请核对页码", author="审阅", initials="S")
        hidden = d.add_paragraph("公开的话。").add_run("不公开的话")
        hidden.font.hidden = True

    row = bring("minutes.docx", word(fill))
    found = recognise(row.text)
    assert lost(found) == []
    assert [(p.why, p.text, p.kind) for p in found.beside] == [
        ("word-comment", "请核对页码", "none"),
        ("word-hidden", "不公开的话", "none"),
    ]
    assert [found.items[p.item].title for p in found.beside if p.item is not None] == ["方案", "方案"]
    place = found.pieces.index(found.beside[0])
    assert found.pieces[place - 1].text == "同意修订方案。"
    imports.correct(row, {"kinds": {str(place): "text"}}, version=row.version)
    made = imports.apply(row, actor=actor("secretary"), life="draft")
    assert ("text", "请核对页码") in texts(made)
    assert not any("不公开的话" in text or "word:" in text for _kind, text in texts(made))


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("# 第七次会议纪要", "第七次会议"),
        ("# 科學委員會會議紀要", "科學委員會會議"),
        ("# Board Meeting Minutes", "Board Meeting"),
        ("# Minutes of the March meeting", "March meeting"),
        ("# 会议纪要", "会议"),
    ],
)
def test_a_meeting_is_not_called_minutes(heading: str, name: str) -> None:
    """The word is put to its name wherever its minutes are named: it stood there twice."""
    plan = planned(recognise(f"{heading}\n\n日期：2019年4月10日\n"), {})
    assert plan.title == name
    assert planned(recognise(heading), {"title": "战略会纪要"}).title == "战略会"


def test_several_labels_in_one_line_are_each_read() -> None:
    """Who was away was taken for somebody who came, called 请假：丙."""
    found = recognise(
        "# 科学委员会第８次会议纪要\n\n主持人：甲　　记录人：乙\n\n时间：２０２６年１１月１８日 9：30－11：00 地点：一号楼\n\n"
        "出席人员：甲、乙；列席：丁；请假：丙\n"
    )
    assert found.running_no == 8 and found.day == date(2026, 11, 18) and found.place == "一号楼"
    assert (found.facts["chair"][0], found.facts["taker"][0]) == ("甲", "乙")
    told = {one.name: one.mode for one in found.attendees}
    assert told == {"甲": "present", "乙": "present", "丁": "observer", "丙": "excused"}
    assert lost(found) == []


def test_whom_one_keeper_chose_another_keeps(
    bring: Callable[..., MinutesImport], actor: Callable[[str], Actor], client: Callable[..., Critic]
) -> None:
    """Also somebody whom the other does not see: on the page, to programs, when it is looked at again, and written."""
    stranger = db.session.get_one(Person, actor("outsider").id)
    stranger_id, name = stranger.id, stranger.name_hans
    row = bring("own.md", OWN)
    sees = look(row.committee, row.text, row.name, row.sha256, {}, actor=actor("secretary"))
    place = names_in(sees.found).index("无名氏")
    assert stranger_id not in set(db.session.scalars(seen_people(actor("secretary"))))
    imports.correct(row, {"people": {"无名氏": stranger_id}}, version=row.version)
    commit()
    here, page = f"/committees/SAC/imports/{row.id}", client("secretary")
    assert f'value="{stranger_id}" selected' in page.get(here).text and name in page.get(here).text
    sent = {"day": "2025-03-12", "act": "look", f"who-{place}": stranger_id, "version": row.version}
    page.post(here, data=sent)
    db.session.refresh(row)
    assert row.chosen["people"] == {"无名氏": stranger_id}
    made = imports.apply(row, actor=actor("secretary"), life="draft")
    owners = select(Action.owner_id).where(Action.meeting_id == made.id).order_by(Action.id)
    assert db.session.scalars(owners).all()[1] == stranger_id


def test_nobody_chooses_whom_she_does_not_see(
    bring: Callable[..., MinutesImport], actor: Callable[[str], Actor], client: Callable[..., Critic]
) -> None:
    stranger_id, row = actor("outsider").id, bring("own.md", OWN)
    db.session.commit()
    sees = look(row.committee, row.text, row.name, row.sha256, {}, actor=actor("secretary"))
    place = names_in(sees.found).index("无名氏")
    sent = {"day": "2025-03-12", "act": "look", f"who-{place}": stranger_id, "version": row.version}
    client("secretary").post(f"/committees/SAC/imports/{row.id}", data=sent)
    db.session.refresh(row)
    assert row.chosen["people"] == {}
