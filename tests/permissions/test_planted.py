"""No page, search, file, figure or feed shows a thing to whom its door does not open it, and what is closed to her
answers as what is not there: the product of party × thing × act."""

from collections.abc import Callable

import pytest
from flask import Flask

from kangjiansheng.core import trail
from tests.permissions import doors, planted, product, table
from tests.support.acting import who
from tests.support.critic import Critic

CHECKED = ("partner", "outsider")
SOAKED = ("lead", "lead2", "secretary", "chair", "member", "member2", "admin")
# No list that everybody opens has them.
ALONE = {
    "evidence",
    "document",
    "proof",
    "request",
    "criterion",
    "validity",
    "lab",
    "paper",
    "motion",
    "meeting",
    "item",
    "action",
}


@pytest.mark.parametrize("short", [*CHECKED, *(pytest.param(one, marks=pytest.mark.soak) for one in SOAKED)])
def test_nothing_is_found_that_is_not_ones_own(short: str, client: Callable[..., Critic], app: Flask) -> None:
    planted.bring(app)
    planted.plant(app)
    visitor = client(short)
    told = planted.found(visitor, app)
    with app.app_context():
        actor = who(short)
        seen, named = doors.seen_by(actor), planted.on_agendas(actor)
    closed = product.walk(visitor, app, actor, seen, most=1)
    assert leaks(told, seen, named) == {} and closed.wrong == []
    # Who sits on the committee sees more, so that less is closed.
    assert closed.asked > (200 if short in CHECKED else 150), "what is closed was asked for"
    there = {kind for kind, ids in seen.items() if ids} - ALONE
    assert there <= {kind for kind, _key in told}, "the walk goes by what this person may see"


def leaks(
    told: dict[tuple[str, int], str], seen: dict[str, set[int]], named: dict[str, set[int]]
) -> dict[tuple[str, int], str]:
    """What was shown of things that the doors keep closed; an agenda names its projects and their gates."""
    return {
        (kind, key): at for (kind, key), at in told.items() if key not in seen[kind] | named.get(kind, set())
    }


@pytest.mark.soak
@pytest.mark.parametrize("short", [*CHECKED, *SOAKED])
def test_every_thing_by_every_route(short: str, client: Callable[..., Critic], app: Flask) -> None:
    """Each thing's own page, its pages, files and acts: closed is closed, and what is open shows nothing else."""
    table.furnish(app)
    planted.bring(app)
    planted.plant(app)
    visitor, before = client(short), product.contents(app)
    with app.app_context():
        actor = who(short)
        seen, named = doors.seen_by(actor), planted.on_agendas(actor)
    came = product.walk(visitor, app, actor, seen)
    assert came.wrong == [] and leaks(came.shown, seen, named) == {}
    count, wrong = product.refused(visitor, app, actor)
    assert wrong == [] and count > 0
    after = product.contents(app)
    assert [name for name in before if before[name] != after[name]] == [], "nothing of all that changed a row"


def test_nothing_new_is_left_out(app: Flask) -> None:
    """Each kind of thing of the trail is planted or stands within one that is; each route that names a thing has a
    source of things, each source a route."""
    assert product.kinds_of_the_trail(iter(trail._things)) == set()
    assert product.cases(app)
    rules = [rule.rule.removeprefix(product.API) for rule in app.url_map.iter_rules()]
    assert {start for start in product.SOURCES if not any(one.startswith(start) for one in rules)} == set()
