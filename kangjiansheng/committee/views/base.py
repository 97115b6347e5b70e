"""The blueprint, and what all pages of committees say in words."""

from datetime import datetime
from functools import partial
from typing import Any

from flask import Blueprint, g, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts.rules.factors import METHODS
from kangjiansheng.committee import forms
from kangjiansheng.committee.forms.answers import SHAPES, VERDICTS
from kangjiansheng.committee.forms.effects import LIFE_SHAPES, LIVES
from kangjiansheng.committee.models import CommitteeMember, DecisionEffect, Meeting
from kangjiansheng.committee.rules import numbers
from kangjiansheng.core import clock, pages
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.forms import Form
from kangjiansheng.core.i18n import explain, locale, name_of
from kangjiansheng.core.markdown import render

PICTURES = "/minutes/images"
bp = Blueprint("committee", __name__, template_folder="../templates")


def minutes_life(life: str) -> tuple[str, str]:
    """Shape and word of a state of minutes."""
    words = {
        "draft": ("idle", _("起草中")),
        "review": ("gate", _("审阅中")),
        "approved": ("done", _("已生效")),
        "amended": ("done", _("已生效，有勘误")),
        "record": ("idle", _("据来源登记")),
    }
    return words[life]


def meeting_life(life: str) -> tuple[str, str]:
    """Shape and word of a state of a meeting."""
    words = {
        "unpublished": ("idle", _("草稿，未发布")),
        "discarded": ("pause", _("草稿已放弃")),
        "planned": ("idle", _("筹备中")),
        "held": ("done", _("已召开")),
        "cancelled": ("pause", _("已取消")),
    }
    return words[life]


def item_kind(kind: str) -> str:
    """Confirm, hear, discuss, decide, in words."""
    return str(dict(forms.KINDS)[kind])


def office(member: CommitteeMember) -> str:
    """The office in words."""
    return str(dict(forms.OFFICES)[member.office])


def seat(member: CommitteeMember) -> str:
    """What a seat is called: the office of chair, deputy and secretary, else its field, else the person."""
    if member.office != "member":
        return office(member)
    return name_of(member) or name_of(member.person)


def seal_text(member: CommitteeMember | None, printed_name: str = "") -> str:
    """Four characters for a seal, in Chinese in every language: 主任之印, 免疫之印."""
    if member is None:
        return f"{printed_name[:2]}之印"
    words = {"chair": "主任", "deputy": "副主", "secretary": "秘书"}
    return f"{words.get(member.office) or (member.name_hans or member.person.name_hans)[:2]}之印"


def heading(no: str) -> str:
    """The number of a heading as printed: 一、 in Chinese, 1. in English."""
    return f"{no}. " if locale() == "en" else f"{numbers.han(int(no))}、"


def title_of(meeting: Meeting) -> str:
    """The title of a meeting's minutes."""
    return _("%(meeting)s纪要", meeting=name_of(meeting))


def number_of(meeting: Meeting) -> str:
    """康科委纪〔2026〕3号."""
    return meeting.minutes_no


def problem_of(form: Form | None) -> str:
    """What was wrong with what came back; a page of many small forms says it once, at the top."""
    if form is None:
        return ""
    return form.refusal or " ".join(str(error) for field in form for error in field.errors)


def asked_person() -> int:
    """The key of the person that a form is about; 0 for what is none."""
    return _key(request.form.get("person_id", ""))


def asked_people() -> set[int]:
    """The keys of the people that are ticked."""
    return {_key(value) for value in request.form.getlist("who")}


def _key(value: str) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0


def why_held(row: DecisionEffect) -> str:
    """Why a resolution was not applied, in words."""
    return explain(RuleBroken(row.refusal, **row.refusal_facts))


EFFECT_WORDS: dict[str, Any] = {"effect_lives": LIVES, "effect_shapes": LIFE_SHAPES, "why_held": why_held}


def until_day() -> datetime | None:
    """The end of the day of the time travel, when one is on."""
    day = g.get("as_of")
    return clock.end_of(day) if day else None


def page(template: str, status: int = 200, **context: Any) -> Response:
    """A page of this feature."""
    return pages.page(
        f"committee/{template}",
        status,
        current_nav="committee",
        seat=seat,
        office=office,
        item_kind=item_kind,
        minutes_life=minutes_life,
        meeting_life=meeting_life,
        seal_text=seal_text,
        heading=heading,
        title_of=title_of,
        number_of=number_of,
        markdown=partial(render, images=PICTURES),
        readonly=g.get("as_of") is not None,
        **{
            "open_projects": frozenset(),
            "answers": {},
            "verdicts": VERDICTS,
            "methods": METHODS,
            "shapes": SHAPES,
            **EFFECT_WORDS,
            **context,
        },
    )
