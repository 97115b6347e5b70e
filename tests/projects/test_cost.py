"""What a page costs: at most fifteen statements, and the same with ten times the rows."""

import pytest

from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects.operations import imports
from kangjiansheng.projects.queries.imports import compare
from tests.support import scale
from tests.support.queries import queries_counted

# One of them asks which holidays count, wherever working days are reckoned.
PATHS = [
    "/projects/KJS-003",
    "/projects/KJS-003?as_of=2026-06-30",
    "/projects/KJS-003/milestones/A140",
    "/projects/KJS-003/milestones/A140?as_of=2026-06-30",
    "/milestones",
    "/milestones?as_of=2026-06-30",
    "/milestones?by=lab&moved=2026-06-01",
    "/milestones?view=timeline&zoom=all&by=family",
    "/projects",
    "/labs/JL-01/review",
    "/partners/RJ",
    "/agreements/AGR-901",
    "/my/milestones",
    "/api/v1/projects",
]


def counts(reader):
    """Statements of each page, the second time it is opened."""
    found = {}
    for path in PATHS:
        reader.get(path)
        with queries_counted() as seen:
            assert reader.get(path).status_code == 200
        found[path] = len(seen)
    return found


@pytest.mark.parametrize("who", ["executive", "lead"])
def test_at_most_fifteen(client, who):
    assert {path: n for path, n in counts(client(who)).items() if n > 15} == {}


@pytest.mark.long
def test_the_same_with_many_more_rows(client, app, tmp_path):
    reader = client("executive")
    before = counts(reader)
    with app.app_context(), writing():
        folder = scale.write(tmp_path / "more", 4)
        found = compare({path.name: path.read_bytes() for path in folder.glob("*.csv")})
        imports.apply(found, actor=system_actor())
    assert counts(reader) == before
