"""What is dear to make is made once, however many ask for it at the same time."""

import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import pytest

from kangjiansheng.core import text
from kangjiansheng.core.in_turn import in_turn
from kangjiansheng.core.search import statement, tokens


def test_eight_who_ask_at_once_are_given_the_same() -> None:
    made = []

    @in_turn
    @cache
    def dear(name: str) -> object:
        made.append(name)
        time.sleep(0.05)
        return object()

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(dear, ["a"] * 8))
    assert made == ["a"] and len(set(map(id, found))) == 1


def test_tables_and_the_statement_of_the_search_are_made_in_turn() -> None:
    in_turns = in_turn(cache(str)).__code__
    for one in (text._converter, tokens._simplified, statement.statement):
        assert one.__code__ is in_turns  # type: ignore[attr-defined]


@pytest.mark.long
def test_the_table_of_characters_is_made_a_few_at_a_time() -> None:
    """All at once they took 21 MB, of which the table is a thirtieth; memory that a process once needed stays with it."""
    text.to_hans("體")
    text.hong_kong_to_hans("體")
    tracemalloc.start()
    try:
        found = tokens._simplified.__wrapped__.__wrapped__()  # type: ignore[attr-defined]
        _kept, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found[ord("體")] == "体" and len(found) > 5000
    assert most < 2_000_000
