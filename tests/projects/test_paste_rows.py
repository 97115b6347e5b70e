"""Rows copied in a spreadsheet are pasted instead of a file: the same checks, preview, consent and way back."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from kangjiansheng.core import audit, clock
from kangjiansheng.core.db import db
from kangjiansheng.projects.forms.sheets import LARGEST_PASTED as LARGEST
from kangjiansheng.projects.models import ImportBatch, ImportRow
from tests.projects.test_import_sheet import find, later, text
from tests.support.critic import Critic
from tests.support.programs import program
from tests.support.sheets import change, checked, consent, taken_along, work

PATH = "/milestones/import"
HEAD = "项目编号\t里程碑编号\t预测\t主要原因\t备注"
Client = Callable[..., Critic]


def paste(person: Critic, rows: str, file: bytes = b"", name: str = "") -> Any:
    """Send the form as a browser does: the file is there also when none was chosen."""
    fields = {"pasted": rows.replace("\n", "\r\n"), "file": FileStorage(io.BytesIO(file), filename=name)}
    boundary, body = encode_multipart(fields)  # large ones would leave a temporary file open
    return person.post(PATH, data=body, content_type=f'multipart/form-data; boundary="{boundary}"')


def read(app: Flask, person: Critic, rows: str) -> str:
    """Paste and let it be read; the address of the dry run."""
    answer = paste(person, rows)
    assert answer.status_code == 303, text(answer)[-3000:]
    work(app)
    return str(answer.location)


def copied(grid: list[list[Any]]) -> str:
    """Cells as a spreadsheet copies them."""
    return "\n".join("\t".join("" if cell is None else str(cell) for cell in row) for row in grid) + "\n"


@pytest.mark.long
def test_rows_are_pasted_looked_at_written_and_taken_back(app: Flask, client: Client) -> None:
    lead = client("lead")
    with app.app_context():
        before = find().forecast
    address = read(
        app, lead, f"{HEAD}\nKJS-003\tA140\t{later()}\t监管审评\t补充资料 🧬\nKJS-003\tA150\t下周二\t\t\n"
    )
    shown = text(lead.get(address))
    assert "粘贴的 2 行" in shown and "1 行修改，0 行冲突，1 行有错" in shown
    assert "第 2 行" in shown and "C2" in shown and "CSV" not in shown and "上传" not in shown
    assert consent(lead, address).status_code == 303
    work(app)
    with app.app_context():
        assert (find().forecast, find().reason_code, find().note) == (later(), "REGULATOR", "补充资料 🧬")
        entry = audit.history("import_batch", 1)[0]
        assert (entry.act, entry.after["pasted"]) == ("projects:sheet:apply", 2) and "file" not in entry.after
    code = address.rpartition("/")[2]
    for language, words in (
        ("zh-Hans", ("粘贴的 2 行", f"{code} 粘贴的行", "粘贴的行数")),
        ("zh-Hant", ("貼上的 2 行", f"{code} 貼上的行", "貼上的行數")),
        ("en", ("2 pasted rows", f"{code} Pasted rows", "Rows pasted")),
    ):
        assert words[0] in text(lead.get(f"{PATH}?lang={language}"))
        trail = text(client("auditor").get(f"/audit?lang={language}"))
        assert all(word in trail for word in words[1:]), language
    assert lead.post(f"{address}/undo").status_code == 303
    work(app)
    with app.app_context():
        assert find().forecast == before


def test_the_whole_sheet_is_pasted_with_its_marks(app: Flask, client: Client) -> None:
    lead = client("lead")
    grid = taken_along(lead)
    number = change(grid, "KJS-003", "A140", forecast=later(), reason="伦理审批")
    shown = text(lead.get(read(app, lead, copied(grid))))
    assert (
        "1 行修改，0 行冲突，0 行有错" in shown and f"H{number}" in shown and "没有“系统标记”列" not in shown
    )


@pytest.mark.long
@pytest.mark.parametrize(
    ("rows", "note"),
    [
        (f'{HEAD}\nKJS-003\tA140\t%s\t伦理审批\t"第一行\n第二行"\nKJS-003\tA150\t%s\t伦理审批\t', "第一行 第二行"),
        (f'{HEAD}\nKJS-003\tA140\t%s\t伦理审批\t"说“好”，""急""\n要快"\nKJS-003\tA150\t%s\t伦理审批\t', '说“好”，"急" 要快'),
        # A quote that is never closed is one of the text, and swallows no row.
        (f'{HEAD}\nKJS-003\tA140\t%s\t伦理审批\t"急\nKJS-003\tA150\t%s\t伦理审批\t还要 5"', '"急'),
        # More commas in a note than tabs in a row.
        (f"{HEAD}\nKJS-003\tA140\t%s\t伦理审批\ta, b, c, d, e, f, g\nKJS-003\tA150\t%s\t伦理审批\t", "a, b, c, d, e, f, g"),
        # A first column without a head, and its empty cells.
        (f"\t{HEAD}\n1\tKJS-003\tA140\t%s\t伦理审批\t好\n\tKJS-003\tA150\t%s\t伦理审批\t", "好"),
        (f"{HEAD}\nKJS-003\tA140\t%s\t伦理审批\t好\nKJS-003\tA150\t%s\t伦理审批\t".replace("\t", ","), "好"),
        (f"{HEAD}\nKJS-003\tA140\t%s\t伦理审批\t".replace("\t", ",") + '"好,\n的\t"\nKJS-003,A150,%s,伦理审批,', "好, 的"),
        ("项目编号\t里程碑编号\t预测\t主要原因\t备注\t\nPK\t\t\t\t\t\nKJS-003\tA140\t%s\t伦理审批\t好\nKJS-003\tA150\t%s\t伦理审批\t", "好"),
    ],
)  # fmt: skip
def test_cells_as_spreadsheets_copy_them(app: Flask, client: Client, rows: str, note: str) -> None:
    lead = client("lead")
    address = read(app, lead, rows % (later(40), later(80)))
    assert consent(lead, address).status_code == 303, text(lead.get(address))
    work(app)
    with app.app_context():
        assert (find().forecast, find().note, find("A150").forecast) == (later(40), note, later(80))


@pytest.mark.parametrize("start", ["PK\x03\x04", "<b>", "%PDF", "\ufeff"])
def test_what_is_pasted_is_never_taken_for_another_kind_of_file(
    app: Flask, client: Client, start: str
) -> None:
    lead = client("lead")
    address = read(app, lead, f"{start}\n{HEAD}\nKJS-003\tA140\t{later()}\t伦理审批\t")
    assert "1 行修改" in text(lead.get(address))


@pytest.mark.parametrize("rows", ["", " \n\t\n"])
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh-Hans", "请选择文件，或在下面粘贴要导入的行。"),
        ("zh-Hant", "請選擇檔案，或在下面貼上要匯入的行。"),
        ("en", "Choose a file, or paste the rows to import below."),
    ],
)
def test_neither_a_file_nor_rows(client: Client, rows: str, language: str, said: str) -> None:
    answer = paste(client("lead", language), rows)
    assert answer.status_code == 422 and said in text(answer)


def test_both_are_one_too_many_and_what_was_pasted_stays(app: Flask, client: Client) -> None:
    lead = client("lead")
    rows = f"\t{HEAD}\n\tKJS-003\tA140\t{later()}\t伦理审批\t<好>"
    answer = paste(lead, rows, HEAD.encode(), "里程碑.csv")
    assert answer.status_code == 422 and "文件和粘贴的行只能用一种" in text(answer)
    kept = answer.text.split('name="pasted"')[1].split("</textarea>")[0]
    assert rows.replace("<好>", "&lt;好&gt;") in kept.replace("\r", "")
    with app.app_context():
        assert db.session.scalar(select(func.count(ImportBatch.id))) == 0
    assert "1 行修改" in text(lead.get(read(app, lead, rows)))  # as it stands there, sent once more


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("项目编号\t预测\t实际\nKJS-003\t2027-01-01\t", "表头缺少“里程碑编号”这一列"),
        ("项目编号\t里程碑编号\t预测\t预测\nKJS-003\tA140\t2027-01-01\t", "“预测”这一列出现了两次"),
        ("KJS-003\tA140\t2027-01-01", "没有找到里程碑"),
        ("想问一下这里怎么填", "没有找到里程碑"),
        (HEAD + '\nKJS-003\tA140\t\t\t"' + "长" * 100_001 + '"', "第 2 行起无法按 CSV 读取"),
    ],
)
def test_a_heading_that_does_not_do_is_said_while_the_rows_still_stand_there(
    client: Client, rows: str, said: str
) -> None:
    answer = paste(client("lead"), rows)
    assert answer.status_code == 422 and said in text(answer)
    assert rows.split("\n")[0] in answer.text


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh-Hans", "粘贴的行超过 4 MB"), ("zh-Hant", "貼上的行超過 4 MB"), ("en", "The pasted rows exceed 4 MB")],
)  # fmt: skip
def test_too_much_is_refused_as_a_file_would_be(client: Client, language: str, said: str) -> None:
    line = "KJS-003\tA140\t2027-01-01\t伦理审批\t" + "备" * 20_000 + "\n"
    answer = paste(client("lead", language), f"{HEAD}\n" + line * (LARGEST // len(line.encode()) + 1))
    assert answer.status_code == 422 and said in answer.text and answer.text.count("备" * 20_000) > 60


def test_what_is_longer_still_is_not_read(client: Client) -> None:
    """Nobody has asked yet who sends it: six megabytes are all that a stranger can make a process hold."""
    assert paste(client(None), "备" * 2_200_000).status_code == 413


@pytest.mark.long
def test_rows_of_more_than_two_megabytes_are_taken(app: Flask, client: Client) -> None:
    """Other texts may not be as long; twenty thousand rows are."""
    lead = client("lead")
    line = "KJS-003\tA140\t2027-01-01\t伦理审批\t" + "备注" * 20 + "\n"
    address = read(app, lead, f"{HEAD}\n" + line * 19_000)
    assert "粘贴的 19000 行" in text(lead.get(address)).replace(",", "")
    shown = text(lead.get(read(app, lead, f"{HEAD}\n" + line * 20_001)))
    assert "超过 20000 行" in shown and "改好后重新粘贴" in shown


@pytest.mark.long
def test_a_double_click_sends_once(app: Flask, client: Client) -> None:
    lead = client("lead")
    rows = f"{HEAD}\nKJS-003\tA140\t{later()}\t伦理审批\t"
    first, second = paste(lead, rows), paste(lead, rows)
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert paste(client("executive"), rows).location != first.location
    assert paste(lead, rows + "好").location != first.location
    work(app)
    with app.app_context():
        assert db.session.scalar(select(func.count(ImportBatch.id))) == 3
    assert paste(lead, rows).location != first.location  # read once more, beside what stands now


@pytest.mark.long
def test_the_box_says_what_to_copy_and_who_opens_it_late_finds_no_name(app: Flask, client: Client) -> None:
    lead = client("lead")
    page = lead.get(PATH).text
    box = page.split('id="pasted"')[0].rsplit("<div", 1)[1] + page.split('id="pasted"')[1].split("</div>")[0]
    assert '<label class="lbl" for="pasted">' in box and "连同表头" in box and 'id="pasted-np"' in box
    assert 'aria-describedby="pasted-np pasted-hint"' in page
    answer = paste(lead, f"{HEAD}\nKJS-003\tA140\t{later()}\t伦理审批\t")
    assert "粘贴的行" in text(lead.get(answer.location)), "how many they are is not known yet"


@pytest.mark.long
def test_a_number_of_an_identity_card_is_warned_of_once(app: Flask, client: Client) -> None:
    lead = client("lead")
    rows = f"{HEAD}\nKJS-003\tA140\t{later()}\t伦理审批\t11010519491231002X"
    answer = paste(lead, rows)
    assert (
        answer.status_code == 422
        and "居民身份证号码" in text(answer)
        and rows in answer.text.replace("\r", "")
    )
    assert paste(lead, rows).status_code == 303


@pytest.mark.long
def test_programs_send_rows_as_well(app: Flask, client: Client) -> None:
    send = program(app, client, "lead")
    day = clock.today() + timedelta(days=60)
    sent = send("POST", PATH, {"pasted": f"{HEAD}\nKJS-003\tA140\t{day}\t伦理审批\t好"})
    assert sent.status_code == 201 and sent.get_json()["pasted"] is True, sent.text
    work(app)
    tried = send("GET", sent.headers["Location"].removeprefix("/api/v1")).get_json()
    assert (tried["state"], tried["counts"]["change"], tried["name"]) == ("checked", 1, "粘贴的 1 行")
    assert send("POST", PATH, {"pasted": "x"}).status_code == 422
    assert send("POST", PATH, {}).status_code == 422


def test_a_file_is_still_called_by_its_name(app: Flask, client: Client) -> None:
    lead = client("lead")
    grid = taken_along(lead)
    change(grid, "KJS-003", "A140", forecast=later(), reason="ETHICS")
    shown = text(lead.get(checked(app, lead, grid)))
    assert "里程碑.xlsx" in shown and "粘贴" not in shown
    with app.app_context():
        assert {row.sheet for row in db.session.scalars(select(ImportRow))} == {"Sheet1"}
