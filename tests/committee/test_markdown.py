"""Markdown: Chinese emphasis works, nothing unsafe comes out."""

import pytest

from kangjiansheng.core.markdown import render, tree


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**决议：**原则同意。", "<p><strong>决议：</strong>原则同意。</p>"),
        ("该项目**“瑞金一号”**进入I期", "<p>该项目<strong>“瑞金一号”</strong>进入I期</p>"),
        ("**甲**和**乙：**丙", "<p><strong>甲</strong>和<strong>乙：</strong>丙</p>"),
        ("2*3*4", "<p>2<em>3</em>4</p>"),
        ("未闭合**加粗", "<p>未闭合**加粗</p>"),
    ],
)
def test_emphasis(text: str, html: str) -> None:
    assert str(render(text)).strip() == html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](jav&#x09;ascript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "<javascript:alert(1)>",
        "![x](https://elsewhere.example/x.png)",
        '<img src=x onerror="alert(1)">',
        "<p style='color:red'>x</p>",
    ],
)
def test_nothing_unsafe_comes_out(text: str) -> None:
    html = str(render(text))
    for bad in ("<script", 'href="j', 'href="data', "<img", "<p style"):
        assert bad not in html


def test_tables() -> None:
    text = "|甲|乙|丙|\n|---|:-:|--:|\n|1|2|3|"
    html = str(render(text))
    assert "<table>" in html
    assert "style" not in html
    assert '<td>1</td>\n<td class="ctr">2</td>\n<td class="n">3</td>' in html
    (node,) = tree(text)
    assert (node["sides"], len(node["rows"])) == (["left", "center", "right"], 2)
