"""A row of the list of all milestones on its own, as htmx asks for it: to edit, plain again, and after a save."""

from collections.abc import Sequence
from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response

from kangjiansheng.projects.forms.filters import asked_milestones
from kangjiansheng.projects.queries import MilestoneRow, OwnerRow
from kangjiansheng.projects.queries.milestone_lists import Line, lines_of
from kangjiansheng.projects.rules import columns
from kangjiansheng.projects.views.milestone_lists import row_context


def asked() -> bool:
    """True when the address says that the row stands in the list: `list` names the list's columns."""
    return "list" in request.args


def plain(project: OwnerRow, row: MilestoneRow) -> Response:
    """The row as the list shows it."""
    lines = _lines(project, {row.id})
    return Response(render_template("projects/_list_row.html", line=lines[0], **_context(lines)))


def edit(project: OwnerRow, row: MilestoneRow, facts: dict[str, Any], status: int) -> Response:
    """The row with the three answers below it."""
    lines = _lines(project, {row.id})
    context = {**facts, **_context(lines), "line": lines[0]}
    return Response(render_template("projects/_list_edit.html", **context), status)


def after(project: OwnerRow, row: MilestoneRow, others: set[int], text: str, undo: str) -> Response:
    """The row after a save, and those that moved along, wherever the list shows them."""
    lines = _lines(project, {row.id, *others})
    own = next(line for line in lines if line.milestone.id == row.id)
    return Response(
        render_template(
            "projects/_list_saved.html",
            line=own,
            others=[line for line in lines if line is not own],
            saved={"text": text, "undo_url": undo},
            **_context(lines),
        )
    )


def _lines(project: OwnerRow, ids: set[int]) -> list[Line]:
    found = lines_of([project], asked_milestones(), as_of=None)
    return [line for line in found if line.milestone.id in ids]


def _context(lines: Sequence[Line]) -> dict[str, Any]:
    wanted = asked_milestones()
    return row_context(columns.chosen([request.args["list"]]), wanted, lines)
