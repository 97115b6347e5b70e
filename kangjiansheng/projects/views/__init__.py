"""The pages of projects and milestones."""

from typing import Any

from flask import Blueprint, current_app, url_for
from flask_babel import gettext as _

from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import travel
from kangjiansheng.projects.forms.fields import indication_of, role_of, subject_of
from kangjiansheng.projects.models import Plan, Project
from kangjiansheng.projects.queries import OwnerRow
from kangjiansheng.projects.rules.vocabulary import reasons
from kangjiansheng.projects.sheets import words_of_end, words_of_rest
from kangjiansheng.projects.views.because import compared

bp = Blueprint("projects", __name__, template_folder="../templates")
bp.add_app_template_filter(subject_of, "subject")
bp.add_app_template_filter(indication_of, "indication")
bp.add_app_template_filter(role_of, "role")


@bp.context_processor
def _context() -> dict[str, Any]:
    return {
        "chip_codes": {reason.code for reason in reasons().values() if reason.chip},
        "crumbs_of": crumbs_of,
        "sections": sections,
    }


def sections(current: str) -> list[tuple[str, str, bool, None]]:
    """The tabs of this section."""
    names = (
        ("projects", _("项目")),
        ("milestones", _("全部里程碑")),
        ("list_hand_offs", _("各方交接")),
        ("value_chain", _("价值链")),
        ("list_results", _("成果转化")),
        ("templates", _("路径模板")),
    )
    return [(label, travel(url_for(f"projects.{key}")), key == current, None) for key, label in names]


@bp.url_defaults
def _of(endpoint: str, values: dict[str, Any]) -> None:
    """An address of a plan or a milestone that does not say whose is one of a project."""
    if "of" not in values and current_app.url_map.is_endpoint_expecting(endpoint, "of"):
        values["of"] = "projects"


def crumbs_of(found: Plan | OwnerRow | Project) -> list[tuple[str, str]]:
    """The way to the page that shows a plan."""
    owner = found.owner if isinstance(found, Plan) else found
    if isinstance(found, Project) or found.of == "projects":
        here = travel(f"/projects/{owner.code}")
        return [(_("项目"), travel("/projects")), (f"{owner.code} {name_of(owner)}", here)]
    lab = travel(f"/labs/{owner.code}")
    return [(_("联合实验室"), travel("/labs")), (name_of(owner), lab), (_("建设计划"), travel(found.path))]


bp.add_app_template_filter(words_of_end, "ended_word")
bp.add_app_template_filter(words_of_rest, "rest_word")
bp.add_app_template_filter(compared, "compared")


@bp.app_template_filter("pairs")
def pairs(field: Any) -> list[tuple[str, str]]:
    """The choices of a field as value and label."""
    return [(choice[0], choice[1]) for choice in field.iter_choices()]


from kangjiansheng.projects.views import (  # noqa: E402, F401
    accesses,
    around,
    asks,
    bulk,
    chain,
    edit,
    evidence,
    gates,
    hand_offs,
    handing,
    imports,
    lab_plans,
    lab_reviews,
    links,
    lists,
    milestone_lists,
    milestones,
    mine,
    obligations,
    plans,
    projects,
    readers,
    results,
    risks,
    sheets,
    template_criteria,
    templates,
    trials,
    validity,
)

blueprints: tuple[Blueprint, ...] = (bp,)
