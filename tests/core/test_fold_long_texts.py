"""What somebody wrote at length is folded, wherever it stands, and opens without a script."""

from flask import Flask, render_template_string
from lxml import html

ASK = """{% import "macros/ui.html" as ui %}{{ ui.folded(text, "sec", "zh-Hans") }}"""


def test_what_is_long_is_folded_and_what_is_short_is_not(app: Flask) -> None:
    with app.test_request_context():
        short, long = (
            html.fragment_fromstring(render_template_string(ASK, text=text))
            for text in ("<b>短", "<b>" + "长" * 500)
        )
    assert (short.tag, short.text, short.get("lang")) == ("p", "<b>短", "zh-Hans")
    assert long.tag == "details" and long.get("open") is None
    assert len(long.xpath("summary/span")[0].text) == 161 and long.xpath("p")[0].text == "<b>" + "长" * 500
