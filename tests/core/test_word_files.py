"""Word files that nobody's word processor has written: read in no time, or refused in a word."""

import io
import zipfile
from time import process_time

import pytest
from docx import Document

from kangjiansheng.core import word_files

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_RUN = "<w:r><w:t>x</w:t></w:r>"


def packed(body: str, part: str = "", more: str = "") -> bytes:
    """A Word file with this body, and with more at the end of another part."""
    usual, made = io.BytesIO(), io.BytesIO()
    Document().save(usual)
    with zipfile.ZipFile(usual) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/document.xml":
                data = f"<w:document {_W}><w:body>{body}</w:body></w:document>".encode()
            elif name == part:
                before, end, _nothing = data.rpartition(b"</")
                data = before + more.encode() + end + _nothing
            new.writestr(name, data)
    return made.getvalue()


def test_one_long_row_makes_no_many_long_ones() -> None:
    """Some kilobytes would become gigabytes of empty cells."""
    table = f"<w:tbl><w:tr><w:tc><w:p>{_RUN}</w:p></w:tc>{'<w:tc/>' * 2000}</w:tr>{'<w:tr/>' * 2000}</w:tbl>"
    with pytest.raises(word_files.Unreadable) as refused:
        word_files.read(packed(table))
    assert refused.value.code == "too-large"
    small = f"<w:tbl><w:tr><w:tc><w:p>{_RUN}</w:p></w:tc><w:tc/></w:tr><w:tr/></w:tbl>"
    assert word_files.read(packed(small)) == "| x |  |\n| --- | --- |\n|  |  |\n"


@pytest.mark.parametrize("level", ["<w:ilvl/>", '<w:ilvl w:val="x"/>', '<w:ilvl w:val="1e9"/>'])
def test_a_list_without_a_depth_is_damage(level: str) -> None:
    listed = f"<w:p><w:pPr><w:numPr>{level}<w:numId w:val='1'/></w:numPr></w:pPr>{_RUN}</w:p>"
    with pytest.raises(word_files.Unreadable) as refused:
        word_files.read(packed(listed))
    assert refused.value.code == "damaged"


def test_as_many_lists_and_styles_as_paragraphs_are_read_once() -> None:
    many = range(3000)
    styles = "".join(f'<w:style w:styleId="s{n}"><w:name w:val="n{n}"/></w:style>' for n in many)
    lists = "".join(
        f'<w:abstractNum w:abstractNumId="a{n}"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl></w:abstractNum>'
        for n in many
    ) + "".join(f'<w:num w:numId="n{n}"><w:abstractNumId w:val="a{n}"/></w:num>' for n in many)
    styled = f'<w:p><w:pPr><w:pStyle w:val="s1"/></w:pPr>{_RUN}</w:p>' * 1000
    listed = f'<w:p><w:pPr><w:numPr><w:numId w:val="n2999"/></w:numPr></w:pPr>{_RUN}</w:p>' * 1000
    for body, part, more in (
        (styled, "word/styles.xml", styles),
        (listed, "word/numbering.xml", lists),
    ):
        begun = process_time()
        word_files.read(packed(body, part, more))
        assert process_time() - begun < 2
    assert word_files.read(packed(listed, "word/numbering.xml", lists)).startswith("1. x\n1. x\n")
