"""At most fifteen statements on every page of the tour, whatever it shows."""

import pytest

from tests.support.queries import queries_counted
from tests.support.tour import PAGES

MOST = 15
# Pages that show many kinds of things beside one another, each of which is asked for once.
MORE = {
    "/overview/pack": 28,
    "/overview/metrics": 17,
    "/labs/JL-01/review?year=2025": 19,  # of a past day the states of each kind are read by themselves
    "/labs/JL-01": 20,
    "/meetings/SAC-2026-03/minutes?side=en": 16,
    "/projects/KJS-020/milestones/D090": 16,  # who brought and judged its evidence is of no team of the project
}
# Beginnings of what the tour adds before it opens its pages: not there without it.
ADDED = (
    "/admin/robots/1",
    "/committees/SAC/imports/",
    "/committees/SAC/templates/1",
    "/labs/JL-01/milestones/",
    "/labs/JL-01/plan",
    "/meetings/SAC-2026-06/motions/1",
    "/milestones/import/",
    "/overview/rates/OWN-1",
    "/overview/scenarios/1",
    "/webhooks/1",
)
READERS = sorted({who for who, _path in PAGES} - {"nobody"})


def opened(reader, path):
    with queries_counted() as seen:
        answer = reader.get(path)
    return seen, answer.status_code


@pytest.mark.parametrize("who", READERS)
def test_at_most_fifteen_statements(client, who):
    reader, found, missing = client(who), {}, set()
    for path in (path for one, path in PAGES if one == who):
        most = MORE.get(path, MORE.get(path.partition("?")[0], MOST))
        seen, status = opened(reader, path)
        missing |= {path} if status != 200 else set()
        if len(seen) > most:  # the first time an opening is kept, and what is read once in a process
            seen, status = opened(reader, path)
        if len(seen) > most:
            found[path] = seen.shown
    assert not {path for path in missing if not path.startswith(ADDED)}
    assert not found, "\n".join(f"{path}\n{shown}" for path, shown in found.items())
