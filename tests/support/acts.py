"""Acts of tests that write rows by themselves."""

from typing import Any

from kangjiansheng.core import audit
from kangjiansheng.core.changes import Actor, ChangeSet, begin


def an_act(actor: Actor, act: str = "projects:portfolio:import", **opening: Any) -> ChangeSet:
    """A change set with its entry in the trail, for rows that no operation writes."""
    change = begin(actor=actor, **opening)
    audit.note(act, "change_set", change.id, actor=actor, change=change, before={}, after={})
    return change
