"""A text or a file that names somebody by the number of an identity card is sent back once with a warning, and kept when it
is sent again; programs are told in the answer; the number stands nowhere else."""

import io
import logging
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kangjiansheng.core.identity_numbers import found_in, found_in_file
from tests.support import papers
from tests.support.critic import Critic
from tests.support.typed import opened

MAINLAND, HONG_KONG = (
    "11010519491231002X",
    "A123456(3)",
)  # the example of GB 11643-1999; the usual one of the card
SAID = "末位校验相符"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (f"受试者{MAINLAND}入组", {"mainland"}),
        ("１１０１０５１９４９１２３１００２ｘ", {"mainland"}),
        ("110105 19491231 002X", {"mainland"}),
        ("AB987654(3)、E364912（5）", {"hong_kong"}),
        (f"{MAINLAND} {HONG_KONG}", {"mainland", "hong_kong"}),
        ("110105194912310021", set()),  # another last digit
        ("110105194913310024", set()),  # no such month
        ("A123456(4)", set()),
        ("A1234563", set()),  # could be the number of a catalogue
        (f"9{MAINLAND}", set()),
        ("13800138000, 20261123120000123456, CTR20261234, NCT01234567", set()),
    ],
)
def test_only_what_its_check_digit_proves_is_found(text: str, kinds: set[str]) -> None:
    assert {kind for kind, _number in found_in(text)} == kinds


def office(part: str, text: str, how: int = zipfile.ZIP_STORED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", how) as packed:
        packed.writestr(part, text)
    return made.getvalue()


def test_files_are_looked_through_as_far_as_they_can_be_read() -> None:
    assert found_in_file(f"{MAINLAND}.pdf", b"%PDF-1.7 " + HONG_KONG.encode()) == {("mainland", MAINLAND)}
    assert len(found_in_file("a.csv", f"姓名,{MAINLAND}".encode("gb18030"))) == 1
    assert (
        len(
            found_in_file(
                "a.docx", office("word/document.xml", "<w:t>1101051949</w:t><w:t>1231002X</w:t></w:p>")
            )
        )
        == 1
    )
    sheet = office("xl/sharedStrings.xml", f"<si><t>1</t></si><si><t>{MAINLAND}</t></si>")
    assert len(found_in_file("a.xlsx", sheet)) == 1
    assert (
        found_in_file("a.docx", sheet[:40])
        == found_in_file("a.png", b"\x89PNG\0\0" + MAINLAND.encode())
        == set()
    )


def test_a_damaged_file_is_left_to_whoever_opens_it() -> None:
    whole = office("word/document.xml", MAINLAND * 500, zipfile.ZIP_DEFLATED)
    assert found_in_file("a.docx", whole) == set()  # one long number that is none
    begin = 30 + len("word/document.xml")  # of what is packed
    assert found_in_file("a.docx", whole[:begin] + b"\xff" * 8 + whole[begin + 8 :]) == set()


NEW = "/projects/KJS-003/risks/new"


def test_a_text_comes_back_once_and_then_is_saved(
    client: Callable[..., Critic], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    lead = client("lead")
    assert "不要写可识别患者身份的内容" in lead.get(NEW).text
    typed = dict(opened(lead, NEW)) | {
        "title": "入组",
        "review_on": "2026-12-01",
        "description": f"受试者 {MAINLAND}",
    }
    sent = lead.post(NEW, data=typed)
    assert sent.status_code == 422 and SAID in sent.text and MAINLAND in sent.text, "what was typed is kept"
    other = lead.post(NEW, data=typed | {"description": f"受试者 {HONG_KONG}"})
    assert other.status_code == 422 and "香港身份证号码" in other.text, "another number is another warning"
    done = lead.post(NEW, data=typed)
    assert done.status_code == 303, done.text
    assert "入组" in lead.get(done.location).text
    assert client("lead").post(NEW, data=typed | {"once": ""}).status_code == 422, (
        "in another session it is new"
    )
    cookie = lead.get_cookie("kjs")
    assert cookie is not None and MAINLAND not in caplog.text + cookie.value


def test_files_come_back_and_programs_are_told(client: Callable[..., Critic]) -> None:
    lead, where = client("lead"), "/projects/KJS-003/milestones/A140"
    named = lambda: [(io.BytesIO(papers.PDF), f"{MAINLAND}.pdf")]  # noqa: E731
    assert "不要上传可识别患者身份的资料" in lead.get(where).text
    sent = lead.post(f"{where}/evidence", data={"files": named(), "kind": "E1"})
    assert sent.status_code == 422 and SAID in sent.text and "重新选择文件" in sent.text
    assert lead.post(f"{where}/evidence", data={"files": named(), "kind": "E1"}).status_code == 303

    body = {"title": "入组", "description": f"受试者 {MAINLAND}", "review_on": "2026-12-01"}
    answer = lead.post("/api/v1/projects/KJS-003/risks", json=body)
    assert answer.status_code == 201, answer.text
    (told,) = answer.get_json()["warnings"]
    assert told["field"] == "description" and SAID in told["detail"] and MAINLAND not in told["detail"]
    plain = lead.post("/api/v1/projects/KJS-003/risks", json=body | {"description": "入组慢"})
    assert plain.status_code == 201 and "warnings" not in plain.get_json()


@pytest.mark.long
def test_an_operator_who_reads_files_in_is_warned_too(
    run_command: Callable[..., Any], tmp_path: Path
) -> None:
    folder = tmp_path / "minutes"
    folder.mkdir()
    (folder / "a.md").write_text(f"会议纪要\n\n受试者 {MAINLAND}", "utf-8")
    (folder / "b.md").write_text("会议纪要\n\n入组慢", "utf-8")
    for words in (
        ("minutes", "import", str(folder), "--committee", "SAC", "--dry-run"),
        ("import", "trial", str(folder / "a.md"), "--dry-run"),
        ("import", "portfolio", str(folder), "--dry-run"),
        ("user", "provision", str(folder / "a.md"), "--dry-run"),
    ):
        told = run_command(*words).stderr
        assert "a.md seems to hold a resident identity number" in told, (words, told)
        said = [line for line in told.splitlines() if "seems to hold" in line]
        assert len(said) == 1 and MAINLAND not in said[0]
