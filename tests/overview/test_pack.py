"""The executive's pack: the same in all its files, reproducible, and for each reader what they may see."""

import csv
import hashlib
import io
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import select

from kangjiansheng.committee.models import Action
from kangjiansheng.committee.operations import interests, outcomes, reviews, signatures
from kangjiansheng.core import clock
from kangjiansheng.core.calendar import Cut
from kangjiansheng.core.changes import Revision, states_at
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing as saving
from kangjiansheng.core.workbooks import Sheet, read
from kangjiansheng.overview.queries import pack
from kangjiansheng.projects.models import Milestone, Risk
from kangjiansheng.projects.operations import milestones as moving
from kangjiansheng.projects.operations import risks
from tests.support.acting import eighth, who
from tests.support.app import PASSWORD
from tests.support.critic import Critic
from tests.support.queries import queries_counted

KINDS = ("pptx", "pdf", "docx", "xlsx")
CODE = re.compile(r"\bKJS-\d{3}\b")
PARTNER = {f"KJS-{n:03d}" for n in (1, 4, 10, 14, 15, 20)}
ROOT = Path(__file__).parents[2]
Client = Callable[..., Critic]


def at_now() -> str:
    """The address's words for a pack up to this moment."""
    here = clock.now().astimezone(clock.SHANGHAI)
    return urlencode(
        {"as_of": here.date().isoformat(), "at": here.time().isoformat(), "compare": "2026-10-01"}
    )


def tree(client: Critic, asked: str = "") -> Any:
    answer = client.get(f"/overview/pack?{asked}")
    assert answer.status_code == 200, answer.text[:300]
    return html.document_fromstring(answer.text)


def file(client: Critic, kind: str, asked: str) -> bytes:
    answer = client.get(f"/overview/pack.{kind}?{asked}")
    assert answer.status_code == 200
    return answer.data


Rows = dict[str, list[tuple[str, ...]]]  # the rows of a section by its finding


def on_page(page: Any) -> Rows:
    found: Rows = {}
    for section in page.get_element_by_id("main").iter("section"):
        head = section.find(".//h2").text_content().strip()
        found[head] = [
            tuple(cell.text_content().strip() for cell in row.iter("td"))
            for row in section.iter("tr")
            if row.find("td") is not None
        ]
    return {head: rows for head, rows in found.items() if rows}


def on_slides(data: bytes) -> Rows:
    from pptx import Presentation

    found: Rows = {}
    for slide in Presentation(io.BytesIO(data)).slides:
        for shape in slide.shapes:
            if shape.has_table and shape.table.first_row:
                rows = [tuple(cell.text_frame.text for cell in row.cells) for row in shape.table.rows]
                found.setdefault(slide.shapes.title.text_frame.text, []).extend(rows[1:])
    return found


def in_document(data: bytes) -> Rows:
    from docx import Document
    from docx.table import Table

    found, head = {}, ""
    for block in Document(io.BytesIO(data)).iter_inner_content():
        if isinstance(block, Table):
            rows = [tuple(cell.text for cell in row.cells) for row in block.rows]
            found[head] = rows[1:]
        elif block.style is not None and block.style.name == "Heading 1":
            head = block.text
    return found


def in_workbook(data: bytes) -> list[list[tuple[str, ...]]]:
    def rows(sheet: Sheet) -> list[tuple[str, ...]]:
        wide = max((column for row in sheet.rows for column in row.cells), default=-1) + 1
        texts = [{at: cell.shown for at, cell in row.cells.items()} for row in sheet.rows[1:]]
        return [tuple(text.get(at) or "—" for at in range(wide)) for text in texts]

    return [rows(sheet) for sheet in read(data).sheets]


def numbered(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """What is read, as a sheet has it: with the minus of a number that programs can reckon with."""
    return [tuple(f"-{cell[1:]}" if re.fullmatch(r"−\d+", cell) else cell for cell in row) for row in rows]


def test_the_document_does_not_end_on_a_page_of_one_line(client: Client) -> None:
    from docx import Document
    from docx.shared import Pt

    *_before, last = Document(io.BytesIO(file(client("executive"), "docx", at_now()))).iter_inner_content()
    table = _before[-1]
    assert last.text == "" and last.paragraph_format.line_spacing == Pt(1), "no line has to follow the table"
    kept = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in table.rows]
    assert kept[-3:] == [True] * 3 and not any(kept[:-3]), "and its last rows stay together"


@pytest.mark.long
@pytest.mark.parametrize(("short", "lang"), [("partner", "en"), ("executive", "zh-Hant")])
def test_page_slides_document_and_workbook_say_the_same(client: Client, short: str, lang: str) -> None:
    reader, asked = client(short, lang), at_now()
    page = on_page(tree(reader, asked))
    assert len(page) >= 5
    slides, document = on_slides(file(reader, "pptx", asked)), in_document(file(reader, "docx", asked))
    sheets = in_workbook(file(reader, "xlsx", asked))
    for head, rows in page.items():
        assert slides[head] == rows, head
        assert document[head] == rows, head
        assert any(sheet[: len(rows)] == numbered(rows) for sheet in sheets), head


@pytest.mark.long
def test_what_came_earlier_has_a_true_minus_and_is_a_number_in_the_sheet(client: Client) -> None:
    reader, asked = client("executive", "en"), at_now()
    cells = [cell for rows in on_page(tree(reader, asked)).values() for row in rows for cell in row]
    assert [cell for cell in cells if re.fullmatch(r"−\d+", cell)]
    assert not [cell for cell in cells if re.fullmatch(r"-\d+", cell)]
    data = file(reader, "xlsx", asked)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert re.search(r"<v>-\d+</v>", "".join(map(str, map(archive.read, archive.namelist()))))


@pytest.mark.long
def test_the_figures_of_the_workbook_are_numbers_on_both_days(client: Client) -> None:
    heads, *rows = read(file(client("executive"), "xlsx", at_now())).sheets[0].rows
    assert re.fullmatch(r"对比日 \d{4}-\d\d-\d\d", heads.cells[3].value)
    assert [(row.cells[1].kind, row.cells[3].kind) for row in rows] == [("number", "number")] * 4


@pytest.mark.long
def test_the_name_of_a_sheet_ends_with_a_whole_word(client: Client) -> None:
    names = [sheet.name for sheet in read(file(client("executive", "en"), "xlsx", at_now())).sheets]
    assert "Milestone outlook next 90 days" in names
    assert "Joint laboratories on-time rate" in names


@pytest.mark.long
def test_a_link_of_several_words_breaks_between_them_and_facts_are_set_apart(client: Client) -> None:
    from pptx import Presentation

    slides = Presentation(io.BytesIO(file(client("executive", "en"), "pptx", at_now()))).slides
    tables = [shape.table for slide in slides for shape in slide.shapes if shape.has_table]
    cells = [cell for table in tables for row in table.rows for cell in row.cells]
    linked = [
        run.text for cell in cells for run in cell.text_frame.paragraphs[0].runs if run.hyperlink.address
    ]
    assert "Pre-IND " in linked and not [text for text in linked if " " in text.strip()]
    (owner,) = {cell.text for cell in cells if "late, on 2028-11-16" in cell.text}
    assert "paediatrics; New date" in owner and "; The last, Marketing approval, 108 days late" in owner
    over = [slide.shapes[1].text_frame.text for slide in slides]
    annex = [number for number, text in enumerate(over) if text.startswith("Annex  ")]
    assert annex == list(range(annex[0], annex[-1] + 1)) and over[annex[-1] + 1].startswith("Data as of")
    titles = [slide.shapes.title.text_frame.text for slide in slides]
    assert any("of them had no forecast then; " in title for title in titles)


@pytest.mark.long
def test_charts_are_charts_with_the_numbers_of_the_tables(client: Client) -> None:
    from pptx import Presentation

    reader, asked = client("executive"), at_now()
    data = file(reader, "pptx", asked)
    drawn = {
        slide.shapes.title.text_frame.text: shape.chart
        for slide in Presentation(io.BytesIO(data)).slides
        for shape in slide.shapes
        if shape.has_chart
    }
    assert len(drawn) == 6
    rows = on_page(tree(reader, asked))
    moved = next(head for head in rows if "改期" in head)
    plot = drawn[moved].plots[0]
    assert list(plot.series[0].values) == [float(row[4]) for row in rows[moved][:8]]
    assert list(plot.categories) == [f"{row[0]} {row[1]}" for row in rows[moved][:8]]
    pipeline = next(head for head in rows if "注册临床期" in head)
    assert sum(v or 0 for one in drawn[pipeline].plots[0].series for v in one.values) == len(rows[pipeline])
    shapes = [one.name[:2] for one in drawn[pipeline].plots[0].series]
    assert len(set(shapes)) == len(shapes) and set(shapes) <= {"● ", "▲ ", "◆ ", "■ ", "◇ ", "‖ "}
    formats = [one.data_labels.number_format for one in drawn[pipeline].plots[0].series]
    assert formats == [f'"{shape}"0' for shape in shapes]  # grey paper keeps shapes, not colours
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        inside = [name for name in archive.namelist() if name.endswith(".xlsx")]
        numbers = in_workbook(archive.read(inside[-1]))
    assert len(inside) == 6 and numbers


@pytest.mark.long
def test_a_slide_says_up_to_when_compared_with_what_how_it_is_counted_and_its_number(client: Client) -> None:
    from pptx import Presentation

    file_ = Presentation(io.BytesIO(file(client("executive"), "pptx", at_now())))
    for n, slide in enumerate(file_.slides, 1):
        words = "\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
        assert slide.shapes.title.text_frame.text.strip()
        assert "数据截至 2026-11-23 12:" in words and "对比 2026-10-01" in words
        fields = [node.text for node in slide._element.iter("{*}fld") for node in node.iter("{*}t")]
        assert fields == [str(n)] and f" / {len(file_.slides)}" in words
    assert any(
        "示例数据" in shape.text_frame.text for shape in file_.slides[0].shapes if shape.has_text_frame
    )


@pytest.mark.long
@pytest.mark.parametrize(
    ("lang", "face"), [("zh-Hans", "Microsoft YaHei"), ("zh-Hant", "Microsoft JhengHei")]
)
def test_every_chinese_text_names_a_face_that_has_it(client: Client, lang: str, face: str) -> None:
    data = file(client("executive", lang), "pptx", at_now())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            part = archive.read(name).decode() if name.endswith(".xml") else ""
            if name.startswith("ppt/slides/slide"):
                runs = re.findall(r"<a:r>.*?</a:r>|<a:fld .*?</a:fld>", part, re.S)
                assert runs and all(f'<a:ea typeface="{face}"/>' in run for run in runs), name
            if name.startswith("ppt/charts/chart"):
                usual = re.findall(r"<a:defRPr.*?</a:defRPr>", part, re.S)
                assert usual and all(f'<a:ea typeface="{face}"/>' in one for one in usual), name
            if name == "ppt/theme/theme1.xml":
                assert f'<a:ea typeface="{face}"/>' in part
    with zipfile.ZipFile(io.BytesIO(file(client("executive", lang), "docx", at_now()))) as archive:
        runs = re.findall(r"<w:r>.*?</w:r>", archive.read("word/document.xml").decode(), re.S)
    assert all("w:eastAsia=" in run for run in runs if re.search("[\u4e00-\u9fff]", run))


MAKE = """
import hashlib, sys
from pathlib import Path
from tests.support.app import make, settings_for
app = make(settings_for(Path(sys.argv[2]), sys.argv[1]))
reader = app.test_client()
reader.post("/sign-in", data={"email": "executive@kjs.example", "password": "kangjiansheng"})
for kind in ("pptx", "pdf", "docx", "xlsx"):
    answer = reader.get(f"/overview/pack.{kind}?{sys.argv[3]}")
    assert answer.status_code == 200, answer.status
    print(kind, hashlib.sha256(answer.data).hexdigest())
"""


@pytest.mark.long
def test_two_processes_give_the_same_bytes(app: Flask, client: Client) -> None:
    """The other one with other hashes and in another zone."""
    asked, url = at_now(), str(app.config["SQLALCHEMY_DATABASE_URI"])
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    env = os.environ | {"PYTHONHASHSEED": seed, "TZ": "America/New_York"}
    env["PYTHONPATH"] = os.pathsep.join([str(ROOT), env.get("PYTHONPATH", "")])
    run = [sys.executable, "-c", MAKE, url, str(app.config["SETTINGS"].instance), asked]
    done = subprocess.run(run, env=env, capture_output=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr.decode()[-600:]
    reader = client("executive")
    here = "".join(f"{k} {hashlib.sha256(file(reader, k, asked)).hexdigest()}\n" for k in KINDS)
    assert done.stdout.decode() == here


def _change_everything() -> None:
    """A date moves, a risk is closed, an action is done, a person is renamed nowhere."""
    with saving():
        lead = who("lead")
        mine = select(Milestone).where(Milestone.owner_id == lead.id, Milestone.state == "open")
        thing = db.session.scalars(mine.order_by(Milestone.id)).first()
        assert thing is not None
        moving.will_slip(
            thing, clock.today() + timedelta(days=2000), "SUPPLY", actor=lead, version=thing.version
        )
        risk = db.session.scalars(select(Risk).where(Risk.life != "closed").order_by(Risk.id)).first()
        assert risk is not None
        risks.close(risk, "已消除", actor=lead, version=risk.version)
        action = db.session.scalars(select(Action).where(Action.number == "A-2026-07-02")).one()
        outcomes.finish_action(action, actor=who("secretary"), version=None, done_on=clock.today())


@pytest.mark.long
def test_what_changes_after_the_cut_off_alters_nothing(app: Flask, client: Client) -> None:
    reader, asked = client("executive"), at_now()
    before = {kind: file(reader, kind, asked) for kind in KINDS}
    with app.app_context():
        _change_everything()
    assert {kind: file(reader, kind, asked) for kind in KINDS} == before
    later = on_page(tree(reader, at_now()))
    assert later != on_page(tree(reader, asked))
    assert any("样本或物料" in " ".join(row) for rows in later.values() for row in rows)
    assert any("已消除" in row for rows in later.values() for row in rows)
    assert "A-2026-07-02" not in str(later)


def test_a_day_may_be_read_up_to_an_instant_of_it() -> None:
    noon = clock.start_of(clock.today()) + timedelta(hours=12)
    day = Cut.at(noon)
    assert day == clock.today() and clock.end_of(day) == noon
    assert clock.end_of(day + timedelta(days=1)) == clock.end_of(clock.today() + timedelta(days=1))
    assert clock.end_of(day - timedelta(days=1)) < noon < clock.end_of(clock.today())


@pytest.mark.long
def test_it_is_compared_with_the_day_of_the_last_meeting_unless_another_is_asked_for(client: Client) -> None:
    page = tree(client("executive"))
    assert "第8次会议（2026-11-13）" in page.get_element_by_id("main").text_content()
    assert page.get_element_by_id("day-with").get("value") == "2026-11-13"
    asked = tree(client("executive"), "compare=2026-08-05").get_element_by_id("main").text_content()
    assert "自 2026-08-05 结束以来" in asked
    # Who sees no meeting gets no day of one.
    alone = tree(client("lead"), "as_of=2024-01-31").get_element_by_id("day-with").get("value")
    assert alone == "2023-12-31"


@pytest.mark.parametrize(
    "asked", ["compare=2026-12-24", "as_of=2026-11-24", "at=later", "at=23:59", "compare=x"]
)
def test_what_cannot_be_asked_is_refused(client: Client, asked: str) -> None:
    assert client("executive").get(f"/overview/pack?{asked}").status_code == 400
    assert client("executive").get(f"/overview/pack.pptx?{asked}").status_code == 400


def test_a_day_of_comparison_that_is_not_before_is_set_back_and_says_so(client: Client) -> None:
    text = (
        tree(client("executive"), "as_of=2026-10-01&compare=2026-10-05")
        .get_element_by_id("main")
        .text_content()
    )
    assert "2026-10-05 不早于所看的日期" in text


def test_its_sentence_is_that_of_the_board(client: Client) -> None:
    """But for the day of the next decision, which no file may word by the day of its reader."""
    reader, same = client("executive"), "as_of=2026-10-20&compare=2026-08-05"
    board = (
        html.document_fromstring(reader.get(f"/overview?{same}").text).find_class("answer")[0].text_content()
    )
    mine = tree(reader, same).find_class("answer")[0].text_content()
    assert mine.strip().partition("下一次决策")[0] == board.strip().partition("下一次决策")[0]


def test_a_past_day_tells_what_stood_then(client: Client) -> None:
    page = tree(client("executive"), "as_of=2026-06-30&compare=2026-03-31")
    assert page.find_class("asof-banner")
    links = [a.get("href") for a in page.get_element_by_id("main").iter("a")]
    assert all("as_of=2026-06-30" in link for link in links if link.startswith("/projects"))
    assert "2026-06-30 23:59" in page.text_content()
    assert not [row for row in on_page(page).get("actions", []) if row]


def everything(reader: Critic, asked: str) -> Iterator[tuple[str, str]]:
    """Page and files as words, what lies inside of archives among them."""
    yield "page", tree(reader, asked).get_element_by_id("main").text_content()
    for kind in ("pptx", "docx", "xlsx"):
        yield kind, _unpacked(file(reader, kind, asked)).decode("utf-8", "replace")


def _unpacked(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    return b"".join(_unpacked(part) if name.endswith(".xlsx") else part for name, part in parts)


def test_the_partner_gets_nothing_of_other_projects(client: Client) -> None:
    for where, words in everything(client("partner"), at_now()):
        assert set(CODE.findall(words)) <= PARTNER, where
        assert CODE.findall(words), where


@pytest.mark.long
@pytest.mark.parametrize("short", ["outsider", "admin"])
def test_who_sees_no_project_gets_none(client: Client, short: str) -> None:
    for where, words in everything(client(short), at_now()):
        assert not CODE.findall(words), where


def test_nobody_gets_a_pack_without_signing_in(client: Client) -> None:
    for path in ("/overview/pack", "/overview/pack.pptx"):
        assert client(None).get(path).status_code == 302


MARK = "ZQXJ"


@pytest.mark.long
def test_a_recused_member_learns_nothing_of_the_item(app: Flask, client: Client) -> None:
    """An overdue action and a resolution that waits for the company: those who read the committee are told, the
    recused is not, neither are they counted to her."""
    with app.app_context(), saving():
        minutes, secretary = eighth(), who("secretary")
        item = minutes.meeting.items[1]
        outcomes.record_decision(minutes, actor=secretary, kind="R", text=f"{MARK}建议", item=item)
        outcomes.record_action(
            minutes, actor=secretary, text=f"{MARK}行动", owner_id=who("member").id, item=item,
            due_on=clock.today() - timedelta(days=3),
        )  # fmt: skip
        interests.recuse(item, actor=secretary, person_id=who("member").id)
        draft = reviews.open_review(minutes, actor=secretary)
        for short in ("member2", "member", "chair"):
            signatures.sign(
                draft, actor=who(short), meaning="approve", note="", shown_sha256=draft.sha256, password=PASSWORD
            )  # fmt: skip
        assert minutes.life == "approved"
    asked = at_now()
    for where, words in everything(client("member"), asked):
        assert MARK not in words, where
    seen = dict(everything(client("secretary"), asked))
    assert all(f"{MARK}行动" in words and f"{MARK}建议" in words for words in seen.values())
    pages = [tree(client(short), asked).text_content() for short in ("member", "member2")]
    counted = [re.search(r"(\d+) 项行动逾期", page) for page in pages]
    assert counted[1] is not None
    assert int(counted[1][1]) - (int(counted[0][1]) if counted[0] else 0) == 1


@pytest.mark.long
def test_a_page_costs_as_many_statements_for_few_projects_as_for_many(client: Client) -> None:
    costs = []
    for short in ("partner", "auditor"):
        reader = client(short)
        tree(reader, at_now())
        with queries_counted() as seen:
            tree(reader, at_now())
        costs.append(len(seen))
    assert abs(costs[0] - costs[1]) <= 2 and max(costs) <= 45, costs


@pytest.mark.long
def test_the_menu_of_the_board_offers_the_files_of_its_days(client: Client) -> None:
    page = html.document_fromstring(
        client("executive").get("/overview?as_of=2026-06-30&compare=2026-01-31").text
    )
    links = [a.get("href") for a in page.iter("a") if "/overview/pack." in (a.get("href") or "")]
    assert [re.search(r"pack\.(\w+)", link)[1] for link in links] == ["pptx", "pdf", "docx", "xlsx"]  # type: ignore[index]
    assert all("as_of=2026-06-30" in link and "compare=2026-01-31" in link for link in links)
    assert client("executive").get(links[0]).status_code == 200


@pytest.mark.long
def test_no_cell_of_a_file_acts_as_a_formula(app: Flask, client: Client) -> None:
    with app.app_context(), saving():
        thing = db.session.scalars(select(Risk).where(Risk.life != "closed").order_by(Risk.id)).first()
        assert thing is not None
        risks.close(thing, "=1+1", actor=who("lead"), version=thing.version)
    data = file(client("executive"), "xlsx", at_now())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if "worksheets" in name]
        assert "=1+1" in archive.read("xl/sharedStrings.xml").decode()
    assert not any("<f>" in sheet for sheet in sheets)


@pytest.mark.long
@pytest.mark.parametrize(("language", "label"), [("zh-Hans", "示例数据"), ("en", "Illustrative data")])
def test_each_printed_sheet_says_that_it_is_illustrative(
    client: Callable[..., Critic], language: str, label: str
) -> None:
    data = client("executive", language).get("/overview/pack.xlsx").data
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        sheets = [name for name in packed.namelist() if name.startswith("xl/worksheets/sheet")]
        headed = [name for name in sheets if f"<oddHeader>&amp;R{label}" in packed.read(name).decode()]
    assert len(headed) >= len(sheets) - 1 > 1


def section(page: Any, key: str) -> tuple[str, list[list[str]]]:
    """The finding of a section and the cells of its rows."""
    found = page.get_element_by_id(key)
    rows = [[cell.text_content().strip() for cell in row.iter("td")] for row in found.iter("tr")]
    return found.find(".//h2").text_content(), [row for row in rows if row]


def test_what_needs_somebody_comes_first_and_is_that_of_the_board(client: Client) -> None:
    reader = client("executive")
    page = tree(reader, "compare=2026-10-01")
    assert next(page.get_element_by_id("main").iter("section")).get("id") == "attention"
    said, rows = section(page, "attention")
    file_of_board = reader.get("/overview/tables/attention.csv?compare=2026-10-01").get_data(as_text=True)
    lines = list(csv.reader(io.StringIO(file_of_board.lstrip("\ufeff"))))
    wanted = [line for line in lines if CODE.fullmatch(line[0] if line else "")]
    assert said == f"{len(wanted)} 件事，按影响排序"
    assert rows == wanted[: len(rows)] and len(rows) == min(len(wanted), 24)
    board = html.document_fromstring(reader.get("/overview").text).find_class("att")[0]
    assert CODE.findall(board.text_content())[0] == rows[0][0]


def test_the_largest_slips_say_how_many_there_are_and_the_workbook_has_all(client: Client) -> None:
    reader, asked = client("executive"), at_now()
    said, rows = section(tree(reader, asked), "slips")
    (total,) = map(int, re.findall(r"共 (\d+) 项晚于基线", said))
    assert len(rows) == min(total, 24) > 8
    sheets = {one.name: one for one in read(file(reader, "xlsx", asked)).sheets}
    listed = [row for row in sheets["推迟最多的里程碑"].rows if CODE.fullmatch(row.cells[0].shown)]
    assert len(listed) == total


def test_a_verdict_that_was_entered_late_says_when(client: Client) -> None:
    _said, rows = section(tree(client("executive"), "compare=2026-10-01"), "gates")
    late = [row for row in rows if re.fullmatch(r".+（\d{4}-\d\d-\d\d 补录）", row[2])]
    assert late and all(row[3] <= "2026-10-01" < row[2][-14:-4] for row in late)
    assert not [
        row for row in rows if row not in late and "没有记录" not in row[2] and row[3] <= "2026-10-01"
    ]


def test_the_first_slide_has_a_short_title_and_the_sentence_as_its_text(client: Client) -> None:
    from pptx import Presentation

    reader = client("executive")
    first = Presentation(io.BytesIO(file(reader, "pptx", at_now()))).slides[0]
    assert len(first.shapes.title.text_frame.text) < 40
    assert any("个项目中" in shape.text_frame.text for shape in first.shapes if shape.has_text_frame)


def test_packs_that_compare_with_other_days_have_other_names(client: Client) -> None:
    reader = client("executive")
    names = [
        reader.get(f"/overview/pack.docx?as_of=2026-11-20&compare={day}").headers["Content-Disposition"]
        for day in ("2026-09-30", "2026-10-31")
    ]
    assert "2026-11-20-since-2026-09-30" in names[0] and names[0] != names[1]


def test_risks_are_read_at_once_as_they_stood_at_both_ends(app: Flask) -> None:
    with app.app_context():
        since = clock.now()
        _change_everything()
        until = clock.now()
        between = select(Revision.thing_id).where(
            Revision.thing == "risk", Revision.effective_at > since, Revision.effective_at <= until
        )
        wanted = [states_at(Risk, between, at) for at in (until, since)]
        found = pack.risks(actor=who("executive"), since=since, until=until)
        for rows, states in zip(found, wanted, strict=True):
            assert rows and [(row.id, row.life, row.title) for row in rows] == [
                (key, state["life"], state["title"]) for key, state in states.items()
            ]
