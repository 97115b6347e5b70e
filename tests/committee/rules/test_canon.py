"""The blocks of a text: whatever is withheld, the rest verifies; whatever is changed, the fingerprint differs."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangjiansheng.committee.rules import canon
from kangjiansheng.core.digests import sha256

items = st.sampled_from([None, 1, 2, 3])
texts = st.lists(st.tuples(items, st.text("会议决定 abc\n", max_size=12)), min_size=1, max_size=8)
acted = st.lists(items, max_size=4)


def made(
    rows: list[tuple[int | None, str]], actions: list[int | None]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    placed = [(f"p-{n}", item) for n, (item, _) in enumerate(rows)]
    salts = [f"{n:032x}" for n in range(len(rows) + len(actions))]
    listed = [
        {"number": f"A-{n}", "text": "事", "owner": "", "due_on": None, "item": i}
        for n, i in enumerate(actions)
    ]
    head = {"title": "纪要", "decisions": {}, "actions": listed}
    head["blocks"] = canon.blocks(placed, {1: "甲", 2: "乙", 3: "丙"}, actions, salts)
    shown = [
        {"id": f"p-{n}", "no": f"1.{n}", "kind": "text", "text": text} for n, (_, text) in enumerate(rows)
    ]
    return head, shown


@given(texts, acted)
def test_blocks_hold_everything_once_and_keep_items_apart(
    rows: list[tuple[int | None, str]], actions: list[int | None]
) -> None:
    head, shown = made(rows, actions)
    text = canon.document(head, shown)
    assert [p["id"] for block in text["blocks"] for p in block["paragraphs"]] == [p["id"] for p in shown]
    assert sorted(a["number"] for b in text["blocks"] for a in b["actions"]) == [
        a["number"] for a in head["actions"]
    ]
    item_of = {f"p-{n}": item for n, (item, _) in enumerate(rows)}
    for plan, block in zip(head["blocks"], text["blocks"], strict=True):
        assert {item_of[p["id"]] for p in block["paragraphs"]} <= {plan["item"]}
    assert len({block["salt"] for block in text["blocks"]}) == len(text["blocks"])


@given(texts, acted, st.sets(st.integers(1, 3)))
def test_a_part_can_be_withheld(
    rows: list[tuple[int | None, str]], actions: list[int | None], hidden: set[int]
) -> None:
    head, shown = made(rows, actions)
    text = canon.document(head, shown)
    signed = canon.signed(text)
    assert sha256(signed) == canon.fingerprint(head, shown)
    for plan, block, digest in zip(head["blocks"], text["blocks"], signed["blocks"], strict=True):
        if plan["item"] not in hidden:
            assert sha256(block) == digest


@given(texts, acted, st.data())
def test_no_change_keeps_the_fingerprint(
    rows: list[tuple[int | None, str]], actions: list[int | None], data: st.DataObject
) -> None:
    head, shown = made(rows, actions)
    before = canon.fingerprint(head, shown)
    at = data.draw(st.integers(0, len(shown) - 1))
    for other in (
        [*shown[:at], *shown[at + 1 :]],
        [*shown[:at], {**shown[at], "id": "p-new"}, *shown[at:]],
        [*shown[:at], {**shown[at], "text": shown[at]["text"] + "。"}, *shown[at + 1 :]],
        [*shown[:at], {**shown[at], "kind": "decision"}, *shown[at + 1 :]],
        [*shown, {**shown[at], "id": "p-last"}],
    ):
        assert canon.fingerprint(head, other) != before


def test_a_head_with_something_unknown_is_not_frozen() -> None:
    head, _shown = made([(None, "x")], [])
    canon.check(head)
    with pytest.raises(ValueError, match="whose"):
        canon.check(head | {"whose": 1})
