"""Whatever a test makes the trail record has a word for each field, and what holds the key of a thing says of which kind."""

import re
from typing import Any

from kangjiansheng.core import audit, trail

_note = audit.note
_STEP = re.compile(r"[A-Z]\d{3}(-C\d+)?|[A-Z]\d+")  # of a template, by their codes


def unsaid(thing: str, state: Any) -> set[str]:
    """The fields of a state that the trail cannot show to a reader."""
    return {
        key
        for key, value in state.items()
        if not (trail.says_of(thing, key) or (thing == "template_version" and _STEP.fullmatch(key)))
        or (
            key.endswith("_id")
            and isinstance(value, int)
            and thing in trail._things
            and not trail.reads(thing, key)
        )
    }


def note(act: str, thing: str, thing_id: int, *, before: Any, after: Any, **rest: Any) -> None:
    """The same, once each field can be shown."""
    left = unsaid(thing, before) | unsaid(thing, after)
    assert not left, (
        f"{act}: the trail has no words for {sorted(left)} of {thing} (overview/rules/trail_words.py, overview/views/trail_shapes.py)"
    )
    _note(act, thing, thing_id, before=before, after=after, **rest)


audit.note = note
