"""Files: known by their content, kept once and whole, offered under a harmless name, swept and verified."""

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, true

from kangjiansheng.accounts import queries
from kangjiansheng.core import clock, files
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.filetypes import (
    DOCX,
    HEIC,
    JPEG,
    NAME_BYTES,
    PDF,
    PNG,
    PPTX,
    TEXT,
    TYPES,
    WEBP,
    XLSX,
    recognise,
    tidy_name,
)
from kangjiansheng.core.quotas import Shelf
from kangjiansheng.core.transactions import writing
from tests.support import papers

KNOWN = [
    (papers.PDF, "x", PDF),
    (b"\r\n\r\n" + papers.PDF, "x", PDF),
    (papers.png(), "x.exe", PNG),
    (papers.JPEG, "IMG_0001.JPG", JPEG),
    (papers.WEBP, "x", WEBP),
    (papers.HEIC, "x", HEIC),
    (papers.office("word/document.xml"), "x", DOCX),
    (papers.office("xl/workbook.xml"), "x", XLSX),
    (papers.office("ppt/presentation.xml"), "x", PPTX),
    (papers.CSV, "批记录.CSV", TEXT),
    ("\ufeff活率 86%\n".encode(), "readme.txt", TEXT),
]


@pytest.mark.parametrize(("data", "name", "kind"), KNOWN, ids=[f"{k.word}-{n}" for _d, n, k in KNOWN])
def test_a_file_is_known_by_its_content(data, name, kind):
    assert recognise(data, name) is kind


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (papers.EXE, "report.pdf"),
        (papers.HTML, "report.html"),
        (papers.HTML, "report.pdf"),
        (papers.CSV, "report"),
        (b"a\x00b", "x.txt"),
        (b"\xff\xfe\xff", "x.txt"),
        (papers.office("word/document.xml", "word/vbaProject.bin"), "x.docx"),
        (papers.office("evil.exe"), "x.docx"),
        (b"PK\x03\x04 and no more", "x.docx"),
        (b"RIFF\x00\x00\x00\x00WAVE", "x.webp"),
    ],
)
def test_what_is_not_on_the_list_is_not_taken(data, name):
    assert recognise(data, name) is None


@given(st.binary(max_size=300), st.text(max_size=30))
def test_no_bytes_and_no_name_confuse_it(data, name):
    found = recognise(data, name)
    assert found is None or found in TYPES


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\a\\批记录.pdf", "批记录.pdf"),
        ("放行\u202efdp.exe", "放行fdp.exe.pdf"),
        ("a\x00b\nc\u200b.PDF", "ab c.PDF"),
        ("evil.html", "evil.html.pdf"),
        ('a<b>"c|d?*.pdf', "a_b__c_d__.pdf"),
        ("...", "file.pdf"),
        ("", "file.pdf"),
        (".pdf", "pdf.pdf"),
    ],
)
def test_a_name_becomes_harmless_and_stays_readable(typed, kept):
    assert tidy_name(typed, PDF) == kept


def test_a_long_chinese_name_is_cut_between_characters():
    kept = tidy_name("慢病毒载体放行检验报告" * 20 + ".pdf", PDF)
    assert kept.startswith("慢病毒载体放行检验报告慢") and kept.endswith("….pdf")
    assert len(kept.encode()) <= NAME_BYTES


@given(st.text(max_size=300))
def test_no_name_leads_elsewhere_or_hides_something(typed):
    kept = tidy_name(typed, PDF)
    assert kept.casefold().endswith(".pdf") and len(kept.encode()) <= NAME_BYTES + 8
    assert not set(kept) & set('/\\:*?"<>|\0\n\r\u202e') and not kept.startswith(".")
    assert tidy_name(kept, PDF) == kept


NOWHERE = Shelf("", files.FileRef.thing == "nothing", lambda _actor: true())


@pytest.fixture
def app(empty_app):
    """The application without a demonstration, which has files of its own."""
    return empty_app


@pytest.fixture
def attach(in_app):
    """Put bytes to a thing of no importance, as the system."""

    def attach(data, name="报告.pdf", thing_id=1):
        return files.attach(
            "nothing",
            thing_id,
            name,
            data,
            actor=queries.system_actor(),
            at=clock.now(),
            within=NOWHERE,
        )

    return attach


def stored() -> list[Path]:
    return [path for path in files.folder().rglob("*") if path.is_file()]


def test_the_same_bytes_are_stored_once(attach):
    with writing():
        first, second = attach(papers.PDF), attach(papers.PDF, "另一个名字.pdf", thing_id=2)
    assert first.blob_id == second.blob_id and first.name != second.name
    assert [path.name for path in stored()] == [first.blob.sha256]
    assert stored()[0].stat().st_mode & 0o077 == 0
    assert files.read(files.folder(), first.blob.sha256) == papers.PDF


def test_bytes_without_a_row_are_harmless_and_swept(attach):
    with pytest.raises(ZeroDivisionError), writing():
        attach(papers.PDF)
        raise ZeroDivisionError
    assert db.session.scalar(select(func.count(files.FileBlob.id))) == 0
    assert len(stored()) == 1
    with writing():
        attach(papers.png(), "x.png")
    with writing():
        assert files.sweep() == 1
        assert files.sweep() == 0
    assert len(stored()) == 1 and list(files.problems(db.session(), files.folder())) == []


def test_damaged_bytes_are_named_and_never_served(attach):
    with writing():
        digest = attach(papers.PDF).blob.sha256
    place = files.place(files.folder(), digest)
    place.write_bytes(papers.PDF + b"x")
    assert list(files.problems(db.session(), files.folder())) == [
        f"file_blob {digest}: the bytes were changed"
    ]
    with pytest.raises(files.Damaged):
        files.read(files.folder(), digest)
    place.unlink()
    assert list(files.problems(db.session(), files.folder())) == [
        f"file_blob {digest}: the bytes are not there"
    ]
    with writing():
        attach(papers.PDF, thing_id=2)  # somebody brings them again: they are whole again
    assert list(files.problems(db.session(), files.folder())) == []


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "core:file-empty"),
        (papers.EXE, "core:file-type"),
        (papers.PDF + b" " * files.LARGEST, "core:file-large"),
    ],
)
def test_what_is_refused_leaves_nothing(attach, data, code):
    with pytest.raises(RuleBroken) as refused, writing():
        attach(data)
    assert refused.value.code == code and refused.value.field == "files"
    assert not files.folder().exists()


def test_two_people_bring_the_same_bytes_at_once(app):
    """Each in a transaction of its own: both references are there, the bytes once."""
    met, wrong = threading.Barrier(2), []

    def bring(number):
        try:
            with app.app_context(), writing():
                actor = queries.system_actor()
                if db.engine.dialect.name == "postgresql":  # SQLite lets one in after the other
                    met.wait(10)
                files.attach(
                    "nothing", number, "x.pdf", papers.PDF, actor=actor, at=clock.now(), within=NOWHERE
                )
        except Exception as problem:
            wrong.append(problem)

    people = [threading.Thread(target=bring, args=(number,)) for number in (1, 2)]
    for one in people:
        one.start()
    for one in people:
        one.join(20)
    assert wrong == []
    with app.app_context():
        assert db.session.scalar(select(func.count(files.FileRef.id))) == 2
        assert db.session.scalar(select(func.count(files.FileBlob.id))) == 1
