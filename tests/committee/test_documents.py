"""Minutes as PDF, DOCX and Markdown: what one may see, in the reader's words, and the PDF the same bytes each time."""

import io
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from docx import Document
from lxml import etree

from kangjiansheng.committee.documents import checking, docx, faces, markdown, opening, pdf
from kangjiansheng.committee.documents.outline import outline
from kangjiansheng.committee.models import Minutes
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.operations import reviews
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.i18n import speaking
from tests.support.critic import Critic

AMENDED, PARTLY, IN_REVIEW = "SAC-2026-01", "SAC-2026-02", "SAC-2026-04"
Export = dict[str, Any]
HARD = """**决议：**`原则` *同意* $x_1$ #strong[x] \\ @ref <label> [外部](https://example.org/a?b=1&c=2) [内部](/projects/KJS-001)
第二行，『引号』“双引号”——破折号…… 𠮷 ☑ 🙂

- 甲
  1. 乙
- 丙

| 批次 | 活率 |
|---|---|
| 1 | **78%** |

> 引文

```
#let x = 1
```

---

# 标题
"""


@pytest.fixture
def export(client: Callable[..., Critic]) -> Callable[..., Export]:
    """`export("member", "SAC-2026-01")`."""

    def take(short: str, code: str) -> Export:
        return orjson.loads(client(short).get(f"/meetings/{code}/minutes.json").data)

    return take


@pytest.mark.long
@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
@pytest.mark.parametrize("form", pdf.FORMS)
def test_a_pdf_is_whole_and_any_change_shows(
    client: Callable[..., Critic], in_app: Any, language: str, form: str
) -> None:
    answer = client("member", language).get(f"/meetings/{AMENDED}/minutes.pdf?form={form}")
    data = answer.data
    assert (answer.status_code, answer.mimetype, data[:5]) == (200, "application/pdf", b"%PDF-")
    assert b"pdfaid" in data, "made for archives"
    found = checking.checked(data)
    assert (found.is_whole, found.notes) == (True, [])
    assert found.export["rendered"]["language"] == language
    at = data.index(b"/Contents") + 10
    changed = checking.checked(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    assert [f.code for f in changed.findings] == ["pages-changed"]


def test_what_is_attached_is_checked(client: Callable[..., Critic], in_app: Any) -> None:
    data = client("member").get(f"/meetings/{AMENDED}/minutes.pdf").data
    name = opening.opened(data)["draft"]["signatures"][0]["row"]["printed_name"].encode()
    assert opening.attachments(data)[0].count(name) > 1
    gone = data.replace(b"/EmbeddedFile/", b"/EmbeddedFull/")
    assert [f.code for f in checking.checked(gone).findings] == ["no-attachment"]


def test_another_layout_is_not_compared(
    client: Callable[..., Critic], in_app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = client("member").get(f"/meetings/{AMENDED}/minutes.pdf").data
    monkeypatch.setattr(pdf, "layout", lambda own=None: "of a later version")
    found = checking.checked(data)
    assert (found.is_whole, [f.code for f in found.findings]) == (True, ["pages-not-compared"])


@pytest.mark.long
def test_a_forms_and_its_readers(client: Callable[..., Critic]) -> None:
    base = f"/meetings/{AMENDED}/minutes"
    assert client("member").get(f"{base}.pdf?form=other").status_code == 404
    for kind in ("pdf", "docx", "md", "json"):
        assert client("outsider").get(f"{base}.{kind}").status_code == 404
        assert client("lead").get(f"/meetings/{IN_REVIEW}/minutes.{kind}").status_code == 403
        assert f"minutes.{kind}" in client("member").get(base).get_data(as_text=True)


@pytest.mark.long
def test_a_document_says_where_the_text_stands(export: Callable[..., Export], in_app: Any) -> None:
    signed, waiting = outline(export("member", AMENDED)), outline(export("member", IN_REVIEW))
    record, draft = outline(export("outsider", "SAC-2024-01")), outline(export("secretary", "SAC-2026-05"))
    assert [d["watermark"] for d in (signed, waiting, record, draft)] == ["", "审阅稿", "", "草稿"]
    assert [bool(d["illustrative"]) for d in (signed, record)] == [True, False]
    assert {"委员（血液学）", "主任委员"} <= {s["name"] for s in signed["signatures"]}
    assert all(s["time"].endswith("（北京时间）") and s["meaning"] == "批准" for s in signed["signatures"])
    corrected = [a for p in signed["body"] for a in p.get("amendments", [])]
    assert [a["title"] for a in corrected] == ["勘误 1"]
    assert "三家实验室" in corrected[0]["markdown"]
    assert record["signatures"] == [] and "未经签署" in record["state"]


@pytest.mark.long
def test_what_is_withheld_is_marked_and_is_in_none_of_them(
    export: Callable[..., Export], in_app: Any
) -> None:
    found = export("partner", PARTLY)
    text = markdown.rendered(found).decode()
    assert text.count("〔此部分未对您开放〕") == 1
    assert "十五年随访" in text
    with zipfile.ZipFile(io.BytesIO(docx.rendered(found))) as archive:
        written = "".join(archive.read(name).decode("utf-8", "ignore") for name in archive.namelist())
    assert "此部分未对您开放" in written
    for hidden in ("审议并通过第4次会议纪要", "通过上次会议纪要"):
        assert hidden not in text
        assert hidden not in written
        assert hidden.encode() not in opening.attachments(pdf.rendered(found, "gbt"))[0]


@pytest.mark.parametrize(
    ("language", "withheld"), [("zh-Hant", "此部分未對您開放"), ("en", "not open to you")]
)
def test_each_reader_reads_it_in_their_language(
    export: Callable[..., Export], in_app: Any, language: str, withheld: str
) -> None:
    found = export("partner", PARTLY)
    with speaking(language):
        d = outline(found)
        text = markdown.rendered(found).decode()
    assert withheld in text
    assert d["title"] == {"zh-Hant": "第5次會議紀要", "en": "Minutes of Meeting 5"}[language]
    assert "十五年随访" in text, "the text itself stays as it was signed"


def test_a_docx_is_sound(client: Callable[..., Critic]) -> None:
    data = client("member").get(f"/meetings/{AMENDED}/minutes.docx").data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(archive.read(name))
    written = Document(io.BytesIO(data))
    assert written.core_properties.title == "第4次会议纪要"
    assert "示例数据" in written.sections[0].header.paragraphs[0].text
    assert any("主任委员" in cell.text for table in written.tables for cell in table.column_cells(0))


@pytest.mark.long
@pytest.mark.parametrize("form", pdf.FORMS)
def test_whatever_is_written_is_set(
    draft_minutes: Minutes, actor: Callable[[str], Actor], client: Callable[..., Critic], form: str
) -> None:
    writing.add_paragraph(draft_minutes, actor=actor("secretary"), kind="text", text=HARD)
    writing.add_paragraph(draft_minutes, actor=actor("secretary"), kind="text", text="- 只有\n- 列表")
    db.session.commit()
    secretary = client("secretary")
    for path in (f"pdf?form={form}", "docx", "md"):
        answer = secretary.get(f"/meetings/SAC-2026-05/minutes.{path}")
        assert answer.status_code == 200
        if path.startswith("pdf"):
            assert "𠮷" in opening.attachments(answer.data)[0].decode(), "the data keep what the faces lack"


def test_what_the_faces_lack_is_said(in_app: Any) -> None:
    assert faces.printable({"a": ["康健生 KJS-001 ≥90%\n", "𠮷"]}) == {
        "a": ["康健生 KJS-001 ≥90%\n", faces.MISSING]
    }
    assert faces.printable("們說這個學時會議實驗項協話轉為門") == "們說這個學時會議實驗項協話轉為門"


def test_secrecy_is_signed_and_printed(
    draft_minutes: Minutes, actor: Callable[[str], Actor], client: Callable[..., Critic]
) -> None:
    with pytest.raises(RuleBroken, match="secrecy-level"):
        reviews.open_review(draft_minutes, actor=actor("secretary"), term="10年")
    secretary = client("secretary")
    base = "/meetings/SAC-2026-05/minutes"
    assert (
        secretary.post(f"{base}/review", data={"version": draft_minutes.version, "term": "10年"}).status_code
        == 422
    )
    data = {"version": draft_minutes.version, "secrecy": "ordinary", "term": "10年"}
    assert secretary.post(f"{base}/review", data=data).status_code == 303
    found = orjson.loads(secretary.get(f"{base}.json").data)
    assert found["text"]["signed"]["header"]["secrecy"] == {"level": "ordinary", "term": "10年"}
    assert outline(found)["secrecy"] == "普通商密★10年"
    assert "普通商密★10年" in secretary.get(base).get_data(as_text=True)


@pytest.mark.long
def test_typefaces_of_one_s_own(
    export: Callable[..., Export], in_app: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder with the faces of the standard; here another one stands in for 仿宋_GB2312."""
    shutil.copy(next(path for path in faces.files() if path.name == "NotoSansTC-Regular.otf"), tmp_path)
    found = export("member", AMENDED)
    assert faces.own_families(tmp_path) == {"text": [], "head": [], "title": []}
    monkeypatch.setitem(faces.OWN, "text", ("Noto Sans TC",))
    assert faces.own_families(tmp_path)["text"] == ["Noto Sans TC"]
    made = pdf.rendered(found, "gbt", tmp_path)
    assert b"NotoSansTC" in made
    assert b"NotoSansTC" not in pdf.rendered(found, "gbt")
    assert checking.checked(made, tmp_path).findings == []
    assert [f.code for f in checking.checked(made).findings] == ["pages-not-compared"]


@pytest.mark.long
def test_what_went_on_in_the_room_is_printed(export: Callable[..., Export], in_app: Any) -> None:
    found = export("member", AMENDED)
    at = "2026-01-16T02:{:02d}:00+00:00".format
    counted = {"members": 9, "needed": 6, "present": 8}
    block = next(b for b in found["text"]["blocks"] if b["item"])
    block["room"] = {
        "opened_at": at(0), "closed_at": at(30), "quorum": counted | {"present": 5},
        "course": [{"at": at(0)} | counted, {"at": at(20)} | counted | {"present": 5}],
        "recused": [{"seat": "血液学", "kind": "whole", "left_at": at(1), "returned_at": at(29)}],
    }  # fmt: skip
    found["text"]["signed"]["header"]["presence"] = [
        {"seat": "伦理", "mode": "online", "came_at": at(5), "left_at": None}
    ]
    d = outline(found)
    room = next(p for p in d["body"] if p["kind"] == "room")["text"]
    assert room.startswith("10:00–10:30；5 人在场")
    assert "10:20 5 人在场" in room
    assert "血液学 全程回避 10:01–10:29" in room
    assert "伦理 10:05–" in str(d["facts"])
    assert room in markdown.rendered(found).decode()
    for form in pdf.FORMS:
        assert pdf.rendered(found, form).startswith(b"%PDF")
    assert docx.rendered(found)


def test_a_file_made_to_be_slow_is_given_up_early() -> None:
    """Thousands of marks of an attachment, each of which would have the rest of the file searched in vain."""
    whole = b"1 0 obj<</Type/EmbeddedFile>>stream\n{}\nendstream "
    marks = b"/Type/EmbeddedFile stream "
    assert opening.attachments(b"%PDF-1.7\n" + whole) == [b"{}\n"]
    assert opening.attachments(b"%PDF-1.7\n" + whole + marks * 5000) == [b"{}\n"]
    assert opening.attachments(b"%PDF-1.7\n" + marks * 5000 + whole) != []
    assert len(opening.attachments(b"%PDF-1.7\n" + whole * 50)) == 10
