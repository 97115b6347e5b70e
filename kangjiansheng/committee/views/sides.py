"""The other side of minutes: which language the reader wants beside the text."""

from datetime import datetime
from typing import Any

from flask import abort, request

from kangjiansheng.committee.documents.outline import reference
from kangjiansheng.committee.models import Minutes
from kangjiansheng.committee.queries import reading
from kangjiansheng.committee.rules.languages import NAMES, others


def asked(minutes: Minutes) -> str:
    """The language that the address asks for with `?side=en`; empty without."""
    side = request.args.get("side", "")
    if side and side not in others(minutes.language):
        abort(404)
    return side


def beside(text: reading.Reading, minutes: Minutes, *, until: datetime | None) -> dict[str, Any]:
    """For the page of the minutes: the languages that it has, and the translations into the one that is wanted."""
    found = reading.languages(text)
    side = asked(minutes)
    side = side if side in found else ""
    if side:
        reading.attach_translations(text, side, until=until)
    return {
        "side": side,
        "sides": found,
        "language_names": NAMES,
        "reference": reference(minutes.language) if side else "",
    }
