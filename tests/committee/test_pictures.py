"""Pictures in minutes: brought, checked, signed by digest, printed, and hidden with their item."""

import hashlib
import io
import struct
import zipfile
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from kangjiansheng.committee.documents import docx, pdf
from kangjiansheng.committee.models import Meeting, Minutes, Paragraph
from kangjiansheng.committee.operations import images as operations
from kangjiansheng.committee.operations import interests, parts, reviews
from kangjiansheng.committee.operations import minutes as writing
from kangjiansheng.committee.rules import images, verification
from kangjiansheng.core import pictures
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken, Stale
from kangjiansheng.core.markdown import render, tree
from kangjiansheng.core.transactions import commit
from tests.committee import independent_verifier
from tests.support.critic import Critic

Who = Callable[[str], Actor]
BASE = "/meetings/SAC-2026-05/minutes"


def png(width: int = 3, height: int = 2, shade: int = 90) -> bytes:
    """A small picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes([shade, 160, 140]) * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xc0\x00\x11\x08\x00\x07\x00\x09\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01"
)
DIGEST = hashlib.sha256(png()).hexdigest()


@pytest.fixture
def paragraph(draft_minutes: Minutes, actor: Who) -> Paragraph:
    """A paragraph of the second item."""
    item = draft_minutes.meeting.items[1]
    heading = next(p for p in writing.standing_paragraphs(draft_minutes) if p.agenda_item_id == item.id)
    return writing.add_paragraph(
        draft_minutes, actor=actor("secretary"), kind="text", text="活率见图。", after=heading, item=item
    )


def bring(
    paragraph: Paragraph, actor: Who, data: bytes | None = None, alt: str = "第 3 批的[活率]曲线"
) -> None:
    operations.add(
        paragraph, "活率.png", data or png(), alt, actor=actor("secretary"), seen=paragraph.version
    )


def test_sizes_are_read_from_the_head() -> None:
    assert (pictures.size(png(30, 20)), pictures.size(JPEG)) == ((30, 20), (9, 7))
    for broken in (b"", b"GIF89a", png()[:20], JPEG[:12], b"\xff\xd8\xff\xe0\x00\x00" * 3):
        assert pictures.size(broken) is None


def test_the_text_names_the_digest(paragraph: Paragraph, actor: Who) -> None:
    bring(paragraph, actor)
    assert paragraph.text == f"活率见图。\n\n![第 3 批的（活率）曲线](image:{DIGEST})"
    assert images.named(paragraph.text + paragraph.text) == [DIGEST]
    shown = str(render(paragraph.text, "/minutes/images"))
    assert f'<img src="/minutes/images/{DIGEST}" alt="第 3 批的（活率）曲线" loading="lazy">' in shown
    assert "<img" not in str(render(paragraph.text)), "elsewhere it is told in words"
    assert tree(paragraph.text)[1]["c"][0]["sha"] == DIGEST


@pytest.mark.parametrize(
    "source", ["https://elsewhere.example/x.png", "image:abc", f"/image:{DIGEST}", f"image:{DIGEST}x"]
)
def test_no_other_picture_is_shown(source: str) -> None:
    assert "<img" not in str(render(f"![x]({source})", "/minutes/images"))
    assert '"on' not in str(render(f'![x" onerror="alert(1)](image:{DIGEST})', "/minutes/images"))


def test_what_is_not_taken(paragraph: Paragraph, draft_minutes: Minutes, actor: Who) -> None:
    for data, code in (
        (b"%PDF-1.7\n%%EOF", "image-type"), (png(7000, 1), "image-large"), (b"", "file-empty")
    ):  # fmt: skip
        with pytest.raises(RuleBroken, match=code):
            operations.add(paragraph, "图.png", data, "图", actor=actor("secretary"), seen=1)
    with pytest.raises(Stale):
        operations.add(paragraph, "图.png", png(), "图", actor=actor("secretary"), seen=9)
    heading = next(p for p in writing.standing_paragraphs(draft_minutes) if p.kind == "heading")
    with pytest.raises(RuleBroken, match="not-text"):
        operations.add(heading, "图.png", png(), "图", actor=actor("secretary"), seen=None)
    reviews.open_review(draft_minutes, actor=actor("secretary"))
    with pytest.raises(RuleBroken, match="in-review"):
        operations.add(paragraph, "图.png", png(), "图", actor=actor("secretary"), seen=1)


@pytest.mark.long
def test_signed_printed_and_verified(
    paragraph: Paragraph, draft_minutes: Minutes, actor: Who, app: Flask, client: Callable[..., Critic],
    sign: Callable[..., object],
) -> None:  # fmt: skip
    bring(paragraph, actor)
    draft = reviews.open_review(draft_minutes, actor=actor("secretary"))
    for short in ("member", "member2", "chair"):
        sign(draft, short)
    commit()
    found = client("member").get(f"{BASE}.json").get_json()
    assert b64decode(found["images"][DIGEST]) == png()
    assert verification.check(found) == []
    independent_verifier.verify(found)
    with app.test_request_context("/?lang=zh-Hans"):
        bare = {key: value for key, value in found.items() if key != "images"}
        with_it, without = pdf.rendered(found, "plain"), pdf.rendered(bare, "plain")
        assert b"/Subtype/Image" in with_it.replace(b" ", b"")
        assert b"/Subtype/Image" not in without.replace(b" ", b"")
        assert pdf.rendered(found, "gbt")
        with zipfile.ZipFile(io.BytesIO(docx.rendered(found))) as file:
            assert any(file.read(name) == png() for name in file.namelist() if name.startswith("word/media/"))
            assert "第 3 批的（活率）曲线" in file.read("word/document.xml").decode()
    for altered in (None, b64encode(png(shade=91)).decode(), "no base64"):
        found["images"] = {DIGEST: altered} if altered else {}
        assert [f.code for f in verification.check(found)] == ["image-changed"]


@pytest.mark.long
def test_hidden_with_its_item(
    paragraph: Paragraph, draft_minutes: Minutes, actor: Who, client: Callable[..., Critic]
) -> None:
    bring(paragraph, actor)
    item = draft_minutes.meeting.items[1]
    interests.recuse(item, actor=actor("secretary"), person_id=actor("member2").id, kind="whole")
    address = f"/minutes/images/{DIGEST}"
    commit()
    assert client("member").get(address).status_code == 403, "what was never put to review is not shown"
    assert client("secretary").get(address).get_data() == png()
    made = parts.split(paragraph, actor=actor("secretary"), seen=2, at=paragraph.text.index("!["))
    assert DIGEST in made.text
    draft = reviews.open_review(draft_minutes, actor=actor("secretary"))
    commit()
    answer = client("member").get(address)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert address in client("member").get(BASE).get_data(as_text=True)
    for short in ("member2", "outsider", "lead"):
        assert client(short).get(address).status_code == 404
        assert client(short).get(f"/minutes/images/{DIGEST[::-1]}").status_code == 404
    recused = client("member2")
    assert DIGEST not in recused.get(BASE).get_data(as_text=True)
    assert DIGEST not in recused.get(f"{BASE}.json").get_data(as_text=True)
    assert draft.sha256


@pytest.mark.long
@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_through_the_page(client: Callable[..., Critic], app: Flask, language: str) -> None:
    with app.app_context():
        minutes = db.session.scalars(select(Meeting).where(Meeting.code == "SAC-2026-05")).one().minutes
        assert minutes is not None
        public_id = next(p.public_id for p in writing.standing_paragraphs(minutes) if p.kind == "text")
    secretary, address = client("secretary", language), f"{BASE}/paragraphs/{public_id}"

    def send(**changes: object) -> int:
        data = {"version": "1", "alt": "曲线", "files": (io.BytesIO(png()), "曲线.png")} | changes
        return secretary.post(f"{address}/images", data=data).status_code  # type: ignore[no-any-return]

    assert send(alt="") == 422
    assert send(files=(io.BytesIO(b"%PDF-1.7"), "曲线.pdf")) == 422
    assert send(version="7") == 409
    assert send() == 303
    page = secretary.get(address).get_data(as_text=True)
    assert f'src="/minutes/images/{DIGEST}"' in page
    data = {"version": "2", "alt": "曲线", "files": (io.BytesIO(png()), "曲线.png")}
    assert client("member").post(f"{address}/images", data=data).status_code == 403
