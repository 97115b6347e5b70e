"""What two frozen drafts are compared by: every part of what is fingerprinted, and the fewest moves."""

from copy import deepcopy
from itertools import permutations
from typing import Any

import pytest

from kangjiansheng.committee.rules import canon, facts, told

AT, LATER, LATEST = (f"2026-11-20T0{hour}:00:00+00:00" for hour in (1, 2, 3))
STANDING = {"members": 8, "needed": 6, "present": 7}
HEADER: dict[str, Any] = {
    "committee": "科学委员会", "title": "第8次会议纪要", "number": "〔2026〕8号", "meeting": "SAC-2026-05",
    "held_on": "2026-11-20", "starts_at": AT, "ends_at": AT, "place": "三楼", "quorum": STANDING,
    "secrecy": {"level": "ordinary", "term": "10年"},
    "attendance": {"on_site": ["甲", "乙"], "online": [], "absent": ["丙"]},
    "presence": [{"seat": "甲", "mode": "on_site", "came_at": AT, "left_at": None}],
    "deputies": [{"seat": "丙", "deputy": "乙"}],
    "decisions": {
        "d": {
            "number": "D-1", "kind": "D", "votes_for": 5, "votes_against": 1, "abstentions": 0, "recused": 0,
            "result": "passed", "needed": 5, "base": 8, "effects": [{"id": 1, "text": "改期"}],
            "motion": {
                "method": "name", "way": "meeting", "opened_at": AT, "closed_at": AT, "quorum": STANDING,
                "ballots": [{"seat": "甲", "choice": "for", "deputy": "乙"}], "dissents": [{"seat": "乙", "text": "不同意"}],
            },
            "dissents": [{"seat": "甲", "text": "保留"}],
        }
    },
    "actions": [{"number": "A-1", "text": "重做", "owner": "秘书", "due_on": "2026-11-01", "item": 1}],
    "items": [
        {
            "item": 1, "position": 1, "opened_at": AT, "closed_at": AT, "quorum": STANDING,
            "course": [{"at": AT} | STANDING, {"at": LATER} | STANDING], "recused": [{"seat": "丙", "kind": "whole", "left_at": None, "returned_at": None}],
        }
    ],
    "blocks": [{"item": 1, "title": "第一项", "paragraphs": ["d"], "salt": "0"}],
}  # fmt: skip
OTHER = {"held_on": "2026-11-21", "kind": "R", "level": "core", "result": "rejected", "method": "count", "way": "circulation", "choice": "against", "mode": "online"}  # fmt: skip


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every single value."""
    if isinstance(value, dict):
        return [way for key in value for way in leaves(value[key], (*path, key))]
    if isinstance(value, list):
        return [way for n, one in enumerate(value) for way in leaves(one, (*path, n))]
    return [path]


def changed(header: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    """The header with another value at one place."""
    found = deepcopy(header)
    at = found
    for step in path[:-1]:
        at = at[step]
    old, key = at[path[-1]], path[-1]
    at[key] = (
        OTHER.get(key, "other") if key not in ("opened_at", "closed_at", "at", "came_at", "left_at", "returned_at", "starts_at", "ends_at")
        else LATEST
    )  # fmt: skip
    if isinstance(old, int):
        at[key] = old + 1
    if path[-2:] == (0, "kind") and "recused" in path:
        at[key] = "stays"
    return found


def differing(before: dict[str, Any], after: dict[str, Any]) -> dict[facts.Key, tuple[Any, Any]]:
    was, now = (facts.facts(one, {1}, {"d"}) for one in (before, after))
    return {key: (was.get(key), now.get(key)) for key in facts.differing(was, now)}


SIGNED = [
    path
    for path in leaves(HEADER)
    if path[-1] not in ("salt", "item", "position") and "paragraphs" not in path
]


@pytest.mark.parametrize("path", SIGNED, ids=lambda path: "/".join(map(str, path)))
def test_whatever_changes_the_fingerprint_is_a_difference_in_words(path: Any) -> None:
    rows = [{"id": "d", "no": "1.1", "kind": "decision", "text": "甲"}]
    other = changed(HEADER, path)
    assert canon.fingerprint(HEADER, rows) != canon.fingerprint(other, rows)
    found = differing(HEADER, other)
    assert found
    for (kind, of), (was, now) in found.items():
        assert told.label(kind, of).strip()
        if path[-1] != "id":  # of an effect, which is told by its sentence
            assert told.words(kind, was) != told.words(kind, now)


def test_a_part_that_nobody_has_named_is_compared_too() -> None:
    assert differing(HEADER, HEADER | {"weather": "雨"}) == {("weather", ""): (None, "雨")}
    assert not differing(HEADER, deepcopy(HEADER))


def test_nothing_is_a_fact_of_an_item_that_is_withheld() -> None:
    hidden = facts.facts(HEADER, set(), set())
    assert not {kind for kind, _of in hidden} & {
        "votes",
        "decision",
        "motion",
        "dissents",
        "action",
        "room",
        "item",
    }


def least(order: tuple[str, ...]) -> int:
    """How many have to move at least, tried one after the other."""
    runs: list[list[str]] = [[]]
    for one in order:
        runs += [[*run, one] for run in runs]
    return len(order) - max(len(run) for run in runs if run == sorted(run))


def test_the_fewest_are_said_to_have_moved() -> None:
    for order in permutations("abcde"):
        assert len(facts.moved("abcde", order)) == least(order)
    assert facts.moved(["a", "b", "c"], ["x", "a", "c"]) == set()
    assert facts.moved(["a", "b", "c"], ["b", "c", "a"]) == {"a"}
