"""Projects and milestones as JSON under /api/v1: the same rows as the pages, by the same rights."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, g, jsonify
from werkzeug.wrappers import Response

from kangjiansheng.core.access import actor, on, signed_in
from kangjiansheng.core.digests import plain
from kangjiansheng.projects import policies, queries
from kangjiansheng.projects.forms.filters import asked, asked_milestones
from kangjiansheng.projects.models import Project
from kangjiansheng.projects.queries import MilestoneRow, OwnerRow, ProjectRow, Ref, lists, milestone_lists

bp = Blueprint("projects_api", __name__, url_prefix="/api/v1")


@bp.get("/projects")
@signed_in
def projects() -> Response:
    """The projects that the reader may see, filtered as the page is."""
    rows = lists.projects(asked(lists.ProjectFilter), actor=actor(), as_of=g.as_of)
    return _answer([project_json(row, milestones=False) for row in rows], rows)


@bp.get("/projects/<code>")
@on(load=queries.project, may=policies.see)
def project(thing: Project) -> Response:
    """One project with its milestones."""
    found = queries.portfolio(actor=actor(), as_of=g.as_of, codes=[thing.code], archived=True)
    if not found:
        abort(404)
    return _answer(project_json(found[0], milestones=True), found)


@bp.get("/milestones")
@signed_in
def milestones() -> Response:
    """The milestones that the reader may see, filtered as the page is."""
    lines = milestone_lists.milestones(asked_milestones(), actor=actor(), as_of=g.as_of)
    return _answer([milestone_json(line.milestone) for line in lines], [line.project for line in lines])


def _answer(data: Any, rows: Sequence[OwnerRow]) -> Response:
    body = {
        "as_of": g.as_of.isoformat() if g.as_of else None,
        "illustrative": any(row.illustrative for row in rows),
        "data": data,
    }
    return jsonify(plain(body))


def _ref(ref: Ref) -> dict[str, Any]:
    return {"code": ref.code, "names": _names(ref)}


def _names(thing: Any) -> dict[str, str]:
    return {"zh-Hans": thing.name_hans, "zh-Hant": thing.name_hant, "en": thing.name_en}


def project_json(row: ProjectRow, *, milestones: bool) -> dict[str, Any]:
    """A project for programs: codes of the vocabulary, dates as ISO text."""
    made: dict[str, Any] = {
        "code": row.code,
        "names": _names(row),
        "indication": dict(row.indication),
        "modality": row.modality,
        "family": row.family,
        "indication_group": row.indication_group,
        "pathway": row.pathway,
        "stage": row.stage,
        "status": row.status,
        "claimed_status": row.claimed,
        "labs": [_ref(lab) | {"leads": lab.leads} for lab in row.labs],
        "parties": [_ref(party) | {"role": party.role} for party in row.parties],
        "confidentiality": row.confidentiality,
        "illustrative": row.illustrative,
        "archived": row.archived,
        "opened_on": row.opened_on,
        "next_milestone": row.next.code if row.next else None,
    }
    if milestones:
        made["milestones"] = [milestone_json(m) for m in row.milestones]
    return made


def milestone_json(m: MilestoneRow) -> dict[str, Any]:
    """A milestone for programs."""
    keys = "code kind gate baseline current_plan forecast proposed actual state flagged moves status slip version"
    return {
        "project": m.project_code,
        "names": _names(m),
        **{key: getattr(m, key) for key in keys.split()},
        "reason_code": m.reason_code,
        "owner": m.owner_label or None,
        "confirmed_at": m.confirmed_at,
    }
