"""Typing into the forms that a page holds, as a person does: what the page filled in goes along."""

import re
from typing import Any

from lxml import html
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.support.critic import Critic


def fields(page: Any, action: str | None = None) -> MultiDict[str, str]:
    """The fields of a form inside <main>, as the page filled them: that with this action, or that which is
    sent to the page's own address."""
    for form in page.xpath("//main//form[@method='post']"):
        if form.get("action") == action:
            return MultiDict([(name, value) for name, value in form.form_values() if name])
    raise AssertionError(f"no form for {action}")


def opened(client: Critic, path: str, action: str | None = None) -> MultiDict[str, str]:
    """Open a page and take its form."""
    answer = client.get(path)
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return fields(html.document_fromstring(answer.get_data(as_text=True)), action)


def send(client: Critic, path: str, form: MultiDict[str, str], **changes: Any) -> TestResponse:
    """Send a form with some fields changed; a list sets a field that takes several."""
    form = form.copy()
    for name, value in changes.items():
        form.setlist(name, value if isinstance(value, list) else [value])
    return client.post(path, data=form)


def typed(client: Critic, path: str, **changes: Any) -> TestResponse:
    """Open a page, change some fields of its form, send it to the same address."""
    return send(client, path, opened(client, path), **changes)


def words(answer: TestResponse) -> str:
    """The text of a page's <main> with white space made single."""
    page = html.document_fromstring(answer.get_data(as_text=True))
    return " ".join(" ".join(page.find(".//main").itertext()).split())


def whole(answer: TestResponse) -> str:
    """The source of a page without the marks that keep codes and dates on one line."""
    return re.sub(r'<span class="nw">([^<]*)</span>', r"\1", answer.get_data(as_text=True))
