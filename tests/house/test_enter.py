"""Enter in a field does what the form's main button does, or shows what that would do; not what comes first."""

from typing import Any

import pytest
from lxml import html

from tests.support.tour import PAGES

READERS = sorted({who for who, _path in PAGES} - {"nobody"})
LOOKS = {"preview", "look"}  # buttons that change nothing
SILENT = {"hidden", "submit", "file", "image", "button"}  # kinds of inputs that nobody presses Enter in


def done(button: Any) -> tuple[str | None, ...]:
    """What a button does beside sending its form."""
    return tuple(button.get(name) for name in ("name", "value", "formaction", "formmethod"))


def surprising(page: Any) -> list[str]:
    """The forms with a field and a main button of which Enter presses another one."""
    found = []
    for form in page.iter("form"):
        outside = page.xpath(f"//button[@form='{form.get('id')}']") if form.get("id") else []
        buttons = [one for one in [*form.iter("button"), *outside] if one.get("type", "submit") == "submit"]
        main = [one for one in buttons if "btn-primary" in one.get("class", "")]
        typed = any(field.get("type") not in SILENT for field in form.iter("input"))
        harmless = {done(one) for one in buttons if one in main or one.get("name") in LOOKS}
        if typed and main and done(buttons[0]) not in harmless:
            found.append(f"{form.get('action')}: {done(buttons[0])}")
    return found


@pytest.mark.parametrize("who", READERS)
def test_enter_does_the_main_thing(client, who):
    reader, found = client(who), {}
    for path in (path for one, path in PAGES if one == who):
        if wrong := surprising(html.document_fromstring(reader.get(path).text)):
            found[path] = wrong
    assert found == {}
