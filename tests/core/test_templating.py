"""Templates take our short ways and show what they would by Jinja's own: nothing unescaped, nothing lost."""

import sys
from datetime import date
from pathlib import Path

import pytest
from flask import Flask, render_template_string, url_for
from flask_babel import lazy_gettext
from jinja2 import Environment, StrictUndefined, UndefinedError, pass_context
from markupsafe import Markup, escape
from wtforms.widgets import html_params

from kangjiansheng.core import i18n
from kangjiansheng.core.pages import attributes
from kangjiansheng.core.routing import address
from kangjiansheng.core.templating import Calling, Compiled, Writing, shown

VALUES = [
    "",
    "细胞",
    "a & b",
    "<i>",
    "it's",
    '"',
    Markup("<b>&</b>"),
    0,
    -3,
    2.5,
    True,
    None,
    date(2026, 11, 23),
]
PAGE = """{% macro cell(value, kind="td") %}<{{ kind }}{{ kwargs|xmlattr }}>{{ value }}{{ caller() if caller is defined and caller }}</{{ kind }}>{% endmacro -%}
{% for one in values %}{% set seen = one %}{{ cell(one, title=one) }}{% call cell(plain(one), kind="th") %}{{ known("seen") }}{% endcall %}{% endfor -%}
{{ "a".upper() }}{{ values|length }}{{ range(2)|join(",") }}"""


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_text_is_escaped_as_everywhere(value: object) -> None:
    assert shown(value) == escape(value)


def test_a_page_is_the_same_by_the_short_ways() -> None:
    @pass_context
    def known(context, name):  # type: ignore[no-untyped-def]
        return context.get(name)

    made = []
    for short in (False, True):
        environment = Environment(autoescape=True, undefined=StrictUndefined)
        if short:
            environment.context_class, environment.code_generator_class = Calling, Writing
            environment.extend(shown=shown)
        made.append(environment.from_string(PAGE).render(values=VALUES, plain=lambda one: one, known=known))
        with pytest.raises(UndefinedError):
            environment.from_string("{{ nothing }}").render()
    assert made[0] == made[1] and "&lt;i&gt;" in made[0] and "<i>" not in made[0]


def test_sentences_escape_what_they_tell_and_follow_the_reader(app: Flask) -> None:
    page = "{{ _('跳到正文') }} {{ _('%(a)s 与 %(b)s', a=one, b=two) }} {{ ngettext('%(num)d 条', '%(num)d 条', 3) }}"
    told = {"one": "<i>", "two": Markup("<b>")}
    with app.test_request_context("/"):
        said = [render_template_string(page, **told)]
        with i18n.speaking("en"):
            said.append(render_template_string(page, **told))
            assert str(lazy_gettext("跳到正文")) in said[1]
    assert said[0].startswith("跳到正文 ") and not said[1].startswith("跳")
    assert all("&lt;i&gt; 与 <b>" in one for one in said)


def test_fields_and_addresses_are_those_of_the_libraries(app: Flask) -> None:
    given = {
        "class": 'a "b" <i>',
        "data_one": Markup('<b> "c"'),
        "aria_label": "&",
        "value": 3,
        "hx-get": "/?a&b",
    }
    odd = {"checked": True, "hidden": False, "max": None, "maxlength": 0, 'a"b': True, "id": ""}
    assert attributes(**given, **odd) == html_params(**given, **odd)
    for root in ("http://localhost/", "http://localhost/under"):
        for asked in (
            {"code": "KJS-003"},
            {"code": "KJS-003", "as_of": "2026-06-30", "q": None},
            {"code": "é /&"},
        ):
            with app.test_request_context("/projects", base_url=root):
                found = [address("projects.project", **asked) for _again in range(2)]
                assert (
                    found == [url_for("projects.project", **asked)] * 2 and url_for(".projects") in found[0]
                )


def test_compiled_templates_are_kept_until_anything_they_come_from_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = str(tmp_path / "kept")

    def code(made_by: str, text: str) -> object:
        kept = Compiled()
        kept.directory, kept._made_by = folder, made_by
        bucket = kept.get_bucket(Environment(), "page.html", "page.html", text)
        found, bucket.code = bucket.code, compile("1", "page.html", "eval")
        kept.set_bucket(bucket)
        return found

    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    assert code("one", "text") is None
    assert code("one", "text") is not None
    assert code("one", "other text") is None
    assert code("two", "other text") is None
    folder = "/proc/nowhere"  # where nothing can be made
    assert [code("two", "other text") for _again in range(2)] == [None, None]
