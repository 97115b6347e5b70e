"""No page, search, file, figure or feed shows a thing to whom its door does not open it."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.permissions import doors, planted
from tests.support.acting import who
from tests.support.critic import Critic

CHECKED = ("partner", "outsider")
SOAKED = ("lead", "lead2", "secretary", "chair", "member", "member2", "admin")


@pytest.mark.parametrize("short", [*CHECKED, *(pytest.param(one, marks=pytest.mark.soak) for one in SOAKED)])
def test_nothing_is_found_that_is_not_ones_own(short: str, client: Callable[..., Critic], app: Flask) -> None:
    planted.plant(app)
    told = planted.found(client(short), app)
    with app.app_context():
        seen, named = doors.seen_by(who(short)), planted.on_agendas(who(short))
    leaks = {
        f"{kind} {key}": at
        for (kind, key), at in told.items()
        if key not in seen[kind] | (named if kind == "project" else set())
    }
    assert leaks == {}
    there = {
        kind for kind, ids in seen.items() if ids and kind != "evidence"
    }  # it stands at its milestone alone
    assert there <= {kind for kind, _key in told}, "the walk goes by what this person may see"
