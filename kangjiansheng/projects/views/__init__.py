"""The pages of projects and milestones."""

from typing import Any

from flask import Blueprint

from kangjiansheng.projects.api import bp as api
from kangjiansheng.projects.forms.fields import indication_of, role_of, subject_of
from kangjiansheng.projects.rules.vocabulary import reasons
from kangjiansheng.projects.sheets import words_of_end

bp = Blueprint("projects", __name__, template_folder="../templates")
bp.add_app_template_filter(subject_of, "subject")
bp.add_app_template_filter(indication_of, "indication")
bp.add_app_template_filter(role_of, "role")


@bp.context_processor
def _context() -> dict[str, Any]:
    return {"chip_codes": {reason.code for reason in reasons().values() if reason.chip}}


bp.add_app_template_filter(words_of_end, "ended_word")


@bp.app_template_filter("pairs")
def pairs(field: Any) -> list[tuple[str, str]]:
    """The choices of a field as value and label."""
    return [(choice[0], choice[1]) for choice in field.iter_choices()]


from kangjiansheng.projects.views import (  # noqa: E402, F401
    bulk,
    edit,
    evidence,
    gates,
    handing,
    imports,
    links,
    lists,
    milestone_lists,
    milestones,
    mine,
    plans,
    projects,
    risks,
    sheets,
    template_criteria,
    templates,
    trials,
    validity,
)

blueprints: tuple[Blueprint, ...] = (bp, api)
