"""A test client that is a critic: every page that any test opens is looked at."""

import re
from collections import Counter
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

VOID_ROLES = {"hidden", "submit", "button", "image", "reset"}
HAN = re.compile("[\u3400-\u9fff]")


class Critic(FlaskClient):
    """Checks each HTML answer for a title, one h1, labels, unique ids, no inline style or script."""

    def __init__(self, app: Flask, language: str = "zh-Hans") -> None:
        super().__init__(app, app.response_class, use_cookies=True)
        self.language = language
        self.set_cookie("kjs_lang", language)

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Open, and look at what comes back."""
        answer = super().open(*args, **kwargs)
        if answer.mimetype == "text/html" and answer.data and answer.status_code not in (301, 302, 303):
            complain(answer.get_data(as_text=True))
        return answer


def complain(text: str) -> None:
    """Raise AssertionError with everything that is wrong with a page or a fragment."""
    whole = "<html" in text[:300]
    tree = html.document_fromstring(text) if whole else html.fragment_fromstring(text, create_parent="div")
    wrong = [*_page(tree)] if whole else []
    wrong += [*_ids(tree), *_labels(tree), *_reminders(tree), *_inline(tree), *_words(tree)]
    assert not wrong, "\n".join(wrong)


def _page(tree: Any) -> list[str]:
    found = []
    if not (tree.findtext(".//title") or "").strip(" ·"):
        found.append("the page has no title")
    if len(tree.findall(".//h1")) != 1:
        found.append(f"the page has {len(tree.findall('.//h1'))} h1")
    if tree.get("lang") not in ("zh-Hans", "zh-Hant", "en"):
        found.append(f"lang is {tree.get('lang')!r}")
    return found


def _ids(tree: Any) -> list[str]:
    ids = [node.get("id") for node in tree.iter() if isinstance(node.tag, str) and node.get("id")]
    return [
        f"id {name!r} is there {times} times" for name, times in sorted(Counter(ids).items()) if times > 1
    ]


def _labels(tree: Any) -> list[str]:
    labelled = {label.get("for") for label in tree.iter("label")}
    found = []
    for field in tree.iter("input", "select", "textarea"):
        if field.get("type") in VOID_ROLES or field.get("aria-label") or field.get("aria-labelledby"):
            continue
        inside = any(parent.tag == "label" for parent in field.iterancestors())
        if field.get("id") not in labelled and not inside:
            found.append(f"the field {field.get('name')!r} has no label")
    for button in tree.iter("button", "a"):
        name = "".join(button.itertext()).strip() or button.get("aria-label") or button.get("title")
        if not name and not any(image.get("alt") for image in button.iter("img")):
            found.append(f"a {button.tag} has no name: {html.tostring(button)[:120]!r}")
    return found


def _reminders(tree: Any) -> list[str]:
    """Beside each long text and each upload stands that nothing of patients belongs there."""
    found = []
    for field in tree.xpath("//textarea[not(@readonly)] | //input[@type='file']"):
        around = next(field.iterancestors("form"), tree)
        if not around.xpath(".//*[contains(concat(' ', @class, ' '), ' np ')]"):
            found.append(f"no word of patients beside {field.get('name')!r}")
    return found


def _inline(tree: Any) -> list[str]:
    found = []
    for node in tree.iter():
        if not isinstance(node.tag, str):
            continue
        if node.get("style") is not None:
            found.append(f"style attribute on {node.tag}: {node.get('style')!r}")
        found += [f"inline handler {name} on {node.tag}" for name in node.attrib if name.startswith("on")]
        if node.tag == "script" and not node.get("src") and node.get("type") != "application/json":
            found.append("inline script")
    return found


def _words(tree: Any) -> list[str]:
    shown = tree.xpath("//text()[normalize-space() and not(ancestor::script)]")  # data ends in }}, too
    text = " ".join(shown)
    return [f"left over: {word}" for word in ("%(", "Undefined", "None None", "{{", "}}") if word in text]
