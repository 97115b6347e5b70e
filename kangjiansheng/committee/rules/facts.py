"""What a frozen draft says besides its paragraphs, fact by fact: all that its fingerprint covers can be compared.

A key is what kind of fact it is and what it is of: a seat, the number of an action, a paragraph, an item. A part of the
header that nobody has named here is a fact of its own, so that none is left out of a comparison.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kangjiansheng.committee.rules.canon import ACTION, OF_ITEMS, ROOM

Key = tuple[str, str]
WHEN = ("held_on", "starts_at", "ends_at")
VOTES = ("votes_for", "votes_against", "abstentions", "recused", "result", "needed", "base")
OF_SEATS = {"attendance", "presence", "deputies"}


@dataclass(frozen=True)
class Difference:
    """One place where two drafts differ. `about` names it for a reader, `at` is the paragraph where it stands: empty
    for what stands above the text or below it."""

    kind: str
    about: str = ""
    at: str = ""
    before: Any = None
    after: Any = None


def facts(header: Mapping[str, Any], seen: Collection[int], shown: Collection[str]) -> dict[Key, Any]:
    """The facts of a draft for a reader of these items (`seen`) and paragraphs (`shown`); nothing of the others."""
    found = {(key, ""): header[key] for key in header if key not in {*OF_ITEMS, *WHEN, *OF_SEATS}}
    found["when", ""] = {key: header.get(key) for key in WHEN}
    found |= _of_seats(header)
    for paragraph, decision in header.get("decisions", {}).items():
        if paragraph in shown:
            found |= {(kind, paragraph): value for kind, value in _of_decision(decision)}
    for action in header.get("actions", []):
        if action["item"] is None or action["item"] in seen:
            found["action", action["number"]] = {key: action[key] for key in ACTION} | {
                "item": action["item"]
            }
    for room in header.get("items", []):
        if room["item"] in seen:
            found["room", str(room["item"])] = {key: room[key] for key in ROOM}
    for block in header.get("blocks", []):
        if block["item"] in seen:
            found["item", str(block["item"])] = block["title"]
    return {key: value for key, value in found.items() if value not in (None, "", [], {})}


def _of_seats(header: Mapping[str, Any]) -> dict[Key, Any]:
    """Who was there, from when to when, and who stood for whom: for each seat a list, for two may have one name."""
    found: dict[Key, list[Any]] = {}
    for mode, seats in header.get("attendance", {}).items():
        for seat in seats:
            found.setdefault(("attendance", seat), []).append(mode)
    for kind in ("presence", "deputies"):
        for row in header.get(kind, []):
            told = {key: value for key, value in row.items() if key != "seat"}
            found.setdefault((kind, row["seat"]), []).append(told)
    return dict(found)


def _of_decision(decision: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    motion = dict(decision.get("motion") or {})
    said = [*motion.pop("dissents", []), *decision.get("dissents", [])]
    yield "votes", {key: decision[key] for key in VOTES if decision.get(key) is not None}
    yield "motion", motion
    yield "dissents", said
    yield "effects", decision.get("effects")
    apart = {*VOTES, "motion", "dissents", "effects"}
    yield "decision", {key: value for key, value in decision.items() if key not in apart}


def differing(before: Mapping[Key, Any], after: Mapping[Key, Any]) -> list[Key]:
    """The facts that are not the same. An item that is only in one of the texts is told by what stands in it."""
    return [
        key
        for key in dict.fromkeys([*after, *before])
        if before.get(key) != after.get(key) and not (key[0] == "item" and not (key in before and key in after))
    ]  # fmt: skip


def placed(header: Mapping[str, Any]) -> dict[str, int | None]:
    """To which item each paragraph belonged when the draft was frozen."""
    return {one: block["item"] for block in header.get("blocks", []) for one in block["paragraphs"]}


def moved(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """Of what stands in both orders the fewest that were moved: all but the longest run that kept its order."""
    at = {one: index for index, one in enumerate(before)}
    both = [one for one in after if one in at]
    ends: list[int] = []  # the least end of a kept run of each length
    runs: list[list[str]] = []
    for one in both:
        length = bisect_left(ends, at[one])
        run = [*(runs[length - 1] if length else []), one]
        ends[length:], runs[length:] = [at[one], *ends[length + 1 :]], [run, *runs[length + 1 :]]
    return set(both) - set(runs[-1] if runs else [])
