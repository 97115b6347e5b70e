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


_MATH = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
_MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
_BOX = "<w:txbxContent><w:p><w:r><w:t>签发人</w:t></w:r></w:p></w:txbxContent>"


def run(text: str, more: str = "") -> str:
    return f"<w:r><w:rPr>{more}</w:rPr><w:t>{text}</w:t></w:r>"


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        (f"{run('甲')}<w:del><w:r><w:delText>乙</w:delText></w:r></w:del>", "甲\n<!-- word:deleted 乙 -->"),
        (f"<w:moveFrom>{run('丙')}</w:moveFrom><w:moveTo>{run('丙')}</w:moveTo>", "丙"),
        (f"{run('甲')}{run('乙', '<w:vanish/>')}{run('丙')}", "甲丙\n<!-- word:hidden 乙 -->"),
        (run("甲") + run("乙", '<w:vanish w:val="0"/>'), "甲乙"),
        (f"{run('甲')}<m:oMath {_MATH}><m:r><m:t>x=2</m:t></m:r></m:oMath>", "甲\n<!-- word:formula x=2 -->"),
        (f"<w:r><w:pict>{_BOX}</w:pict></w:r>", "<!-- word:textbox 签发人 -->"),
        (
            f"{run('甲')}<w:r><mc:AlternateContent {_MC}><mc:Choice>{f'<w:drawing>{_BOX}</w:drawing>'}</mc:Choice>"
            f"<mc:Fallback><w:pict>{_BOX}</w:pict></mc:Fallback></mc:AlternateContent></w:r>",
            "甲\n<!-- word:textbox 签发人 -->",
        ),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:t>同意</w:t></w:r>', "☑同意"),
        ('<w:r><w:sym w:font="Symbol" w:char="F061"/></w:r>', "□\n<!-- word:symbol Symbol F061 -->"),
        (f"<w:bdo>{run('甲--乙', '<w:vanish/>')}</w:bdo>", "<!-- word:hidden 甲—乙 -->"),
    ],
)
def test_nothing_that_a_paragraph_holds_is_lost_without_a_word(inside: str, text: str) -> None:
    assert word_files.read(packed(f"<w:p>{inside}</w:p>")) == f"{text}\n"


def test_comments_and_notes_stand_where_they_are_made() -> None:
    made = Document()
    first = made.add_paragraph("甲。")
    made.add_comment(first.runs, text="请核对", author="a", initials="a")
    table = made.add_table(1, 1)
    made.add_comment(table.cell(0, 0).add_paragraph("乙").runs, text="表里的", author="a", initials="a")
    made.add_paragraph("丙。")
    made.sections[0].footer.paragraphs[0].text = "内部资料 第 1 页"
    made.sections[0].first_page_header.paragraphs[0].text = "首页页眉"
    saved = io.BytesIO()
    made.save(saved)
    assert word_files.read(saved.getvalue()).split("\n") == [
        "<!-- 首页页眉 -->", "<!-- word:footer 内部资料 第 1 页 -->", "", "甲。", "<!-- word:comment 请核对 -->", "",
        "| 乙 |", "| --- |", "<!-- word:comment 表里的 -->", "", "丙。", "",
    ]  # fmt: skip


def test_what_word_counts_in_chinese_keeps_its_numbers() -> None:
    lists = (
        '<w:abstractNum w:abstractNumId="77"><w:lvl w:ilvl="0"><w:numFmt w:val="chineseCountingThousand"/></w:lvl>'
        '</w:abstractNum><w:num w:numId="77"><w:abstractNumId w:val="77"/></w:num>'
    )
    numbering = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="77"/></w:numPr></w:pPr>'
    body = "".join(f"<w:p>{numbering}{run(f'第{n}项')}</w:p>" for n in range(1, 22))
    told = word_files.read(packed(body, "word/numbering.xml", lists)).split("\n\n")
    assert (told[0], told[9], told[10], told[20].strip()) == (
        "一、第1项",
        "十、第10项",
        "十一、第11项",
        "二十一、第21项",
    )
