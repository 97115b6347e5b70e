"""What is counted over the columns and what is read of the database agree, whatever is committed in between."""

from dataclasses import replace
from importlib import import_module

import pytest

from kangjiansheng.projects.queries.portfolio import in_step
from tests.support.masking import masked

module = import_module("kangjiansheng.projects.queries.portfolio")  # a function of the package bears its name
PAGES = ("/projects", "/table/chains", "/table/seats", "/value-chain", "/partners/RJ")


@pytest.mark.parametrize("missing", ["a project", "a milestone"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_made_once_more_when_a_row_is_not_there_yet(client, monkeypatch, path, missing):
    reader = client("executive")
    usual, read, asked = masked(reader.get(path)), module.named, []

    def late(statuses, milestones, **more):  # type: ignore[no-untyped-def]
        rows = read(statuses, milestones, **more)
        asked.append(bool(milestones))
        if len(asked) > 1 or (missing == "a milestone" and not milestones):
            return rows
        if missing == "a project":
            return rows[1:]
        return [replace(row, milestones=row.milestones[1:]) for row in rows]

    monkeypatch.setattr(module, "named", late)
    assert masked(reader.get(path)) == usual
    assert len(asked) == 2 or not asked[0]


def test_what_never_agrees_is_an_error_and_no_half_of_it(app):
    with app.app_context(), pytest.raises(LookupError):
        in_step(lambda: None)
