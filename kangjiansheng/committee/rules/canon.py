"""The canonical text of minutes: what a fingerprint is computed over, and a signature signs.

Format 2 hashes the text in blocks: a run of paragraphs that belong to the same item, with that item's decisions and
actions. The fingerprint is over the header and the list of the blocks' hashes, so that a block which a reader may not
see can be stood in for by its hash. A block carries a random salt: nobody finds its text by trying. Format 1 hashed
everything at once; what was signed in it stays valid. docs/minutes-format.md describes both to others.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from kangjiansheng.core.digests import sha256

FORMAT_1, FORMAT_2 = "kangjiansheng-minutes-1", "kangjiansheng-minutes-2"
# What stands above the text and every reader of the minutes may know.
OPEN = {
    "committee", "title", "number", "meeting", "held_on", "starts_at", "ends_at", "place", "attendance", "quorum",
    "secrecy", "presence", "deputies",
    "amendment", "of_draft", "of_sha256", "after_sha256", "paragraph", "old", "new", "reason", "salt",
}  # fmt: skip
VOTES = ("number", "kind", "votes_for", "votes_against", "abstentions", "recused")
ACTION = ("number", "text", "owner", "due_on")
# What is kept with the header and belongs to an item: its place is in the item's block.
OF_ITEMS = {"blocks", "decisions", "actions", "items"}
ROOM = ("opened_at", "closed_at", "quorum", "course", "recused")


def blocks(
    paragraphs: Sequence[tuple[str, int | None]],
    titles: Mapping[int, str],
    acted: Sequence[int | None],
    salts: Sequence[str],
) -> list[dict[str, Any]]:
    """The plan of the blocks, kept with the header: for each its item, the paragraphs' ids, a salt.

    `paragraphs` are (id, item) in their order, `acted` the items of the actions and those with a quorum of their
    own. Both go into the first block of their item; an item without any text gets a block for them at the end. `salts` has one more than could be needed.
    """
    runs = [(item, [one for one, _ in run]) for item, run in groupby(paragraphs, key=lambda pair: pair[1])]
    there = {item for item, _ in runs}
    runs += [(item, []) for item in dict.fromkeys(acted) if item not in there]
    return [
        {"item": item, "title": titles.get(item) if item else None, "paragraphs": ids, "salt": salt}
        for (item, ids), salt in zip(runs, salts, strict=False)
    ]


def check(header: Mapping[str, Any]) -> None:
    """Stop a header that is to be frozen with a part of which nobody has said who may know it."""
    unknown = sorted(set(header) - OPEN - OF_ITEMS)
    if unknown:
        raise ValueError(
            f"may every reader of the minutes know {unknown}? Name them in OPEN, or put them into a block"
        )


def is_in_blocks(header: Mapping[str, Any]) -> bool:
    """True for a text in format 2."""
    return "blocks" in header


def document(header: Mapping[str, Any], paragraphs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The whole text as it is exported to somebody who may see everything: blocks open, salts included."""
    if not is_in_blocks(header):
        shown = [{key: p[key] for key in ("id", "no", "kind", "text")} for p in paragraphs]
        return {"format": FORMAT_1, "header": header, "paragraphs": shown}
    placed = {key: header[key] for key in header if key not in OF_ITEMS}
    return {"format": FORMAT_2, "header": placed, "blocks": _filled(header, paragraphs)}


def _filled(header: Mapping[str, Any], paragraphs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The blocks with the paragraphs as they follow each other now: one that was moved, put in or taken out shows."""
    votes, given, found = header.get("decisions", {}), set[int | None](), []
    rest = [_paragraph(p, votes.get(p["id"])) for p in paragraphs]
    rooms = {one["item"]: one for one in header.get("items", [])}
    for block in header["blocks"]:
        item, size = block["item"], len(block["paragraphs"])
        acted = [] if item in given else [a for a in header.get("actions", []) if a["item"] == item]
        room = None if item in given else rooms.get(item)
        found.append(_block(block["title"], block["salt"], rest[:size], acted, room))
        given.add(item)
        rest = rest[size:]
    return [*found, _block(None, "", rest, [])] if rest else found


def _block(
    title: str | None,
    salt: str,
    paragraphs: list[dict[str, Any]],
    actions: Sequence[Mapping[str, Any]],
    room: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    found = {
        "item": title,
        "salt": salt,
        "paragraphs": paragraphs,
        "actions": [{key: a[key] for key in ACTION} for a in actions],
    }
    return found | ({"room": {key: room[key] for key in ROOM}} if room else {})


def _paragraph(row: Mapping[str, Any], decision: Mapping[str, Any] | None) -> dict[str, Any]:
    found = {key: row[key] for key in ("id", "no", "kind", "text")}
    return found | ({"decision": dict(decision)} if decision else {})


def signed(text: Mapping[str, Any]) -> dict[str, Any]:
    """What the fingerprint is over: the text with its hash in the place of each block."""
    if text["format"] == FORMAT_1:
        return dict(text)
    return {**text, "blocks": [sha256(block) for block in text["blocks"]]}


def fingerprint(header: Mapping[str, Any], paragraphs: Sequence[Mapping[str, Any]]) -> str:
    """The SHA-256 over the canonical JSON (sorted keys, UTF-8, no blanks) of what is signed."""
    return sha256(signed(document(header, paragraphs)))
