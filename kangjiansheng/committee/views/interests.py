"""Members declare their interests; those who keep the committee read the register and decide about recusals."""

from typing import Any

from flask import abort, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from kangjiansheng.committee import policies
from kangjiansheng.committee.forms import interests as inputs
from kangjiansheng.committee.models import Committee, Interest, Meeting
from kangjiansheng.committee.operations import interests as operations
from kangjiansheng.committee.queries import interests as queries
from kangjiansheng.committee.queries import loaders, overviews
from kangjiansheng.committee.views.base import bp, page
from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.forms import Form
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import of_today, saved
from kangjiansheng.labs.models import Institution
from kangjiansheng.labs.queries import visible_institutions
from kangjiansheng.projects.models import Project
from kangjiansheng.projects.queries import visible_projects


@bp.route("/committees/<code>/interests", methods=["GET", "POST"])
@on(load=loaders.committee, may=policies.declare)
def interests(committee: Committee) -> Any:
    """A member's own interests, and a new one."""
    code = committee.code
    form = inputs.InterestForm(valid_from=clock.today())
    _choices(form)
    if form.attempt(lambda: operations.declare(committee, actor=actor(), **_fields(form))):
        return saved(url_for(".interests", code=code), _("已申报"))
    committee = afresh(committee)
    own = queries.interests(committee, actor=actor(), person_id=actor().id)
    return page(
        "interests.html",
        form.status,
        form=form,
        committee=committee,
        own=own,
        words=dict(inputs.KINDS),
        year=clock.today().year,
        declared=queries.declarations(committee, clock.today().year).get(actor().id),
        keeps=policies.read_register(actor(), committee),
        illustrative=any(row.illustrative for row in own),
    )


def _choices(form: inputs.InterestForm, kept: Interest | None = None) -> None:
    """Institutions and projects that the member may see, and what was chosen before."""
    institutions = {i.code: name_of(i) for i in db.session.scalars(visible_institutions(actor()))}
    projects = {p.code: f"{p.code} {name_of(p)}" for p in overviews.linkable_projects(actor=actor())}
    if kept is not None:
        if kept.institution:
            institutions.setdefault(kept.institution.code, name_of(kept.institution))
        if kept.project:
            projects.setdefault(kept.project.code, kept.project.code)
    form.institution.choices = [("", "—"), *sorted(institutions.items(), key=lambda pair: pair[1])]
    form.project.choices = [("", "—"), *sorted(projects.items())]


def _fields(form: inputs.InterestForm, kept: Interest | None = None) -> dict[str, Any]:
    return {
        "kind": form.kind.data,
        "institution_id": _institution(form.institution.data, kept),
        "project_id": _project(form.project.data, kept),
        "party": form.party.data or "",
        "text": form.text.data or "",
        "valid_from": form.valid_from.data,
    }


def _institution(code: str | None, kept: Interest | None) -> int | None:
    if not code:
        return None
    if kept and kept.institution and kept.institution.code == code:
        return kept.institution_id
    found = db.session.scalar(visible_institutions(actor()).where(Institution.code == code))
    if found is None:
        raise RuleBroken("committee:institution-unknown", "institution")
    return found.id


def _project(code: str | None, kept: Interest | None) -> int | None:
    if not code:
        return None
    if kept and kept.project and kept.project.code == code:
        return kept.project_id
    query = select(Project.id).where(Project.code == code, Project.id.in_(visible_projects(actor())))
    found = db.session.scalar(query)
    if found is None:
        raise RuleBroken("committee:project-unknown", "project", code=code)
    return found


class _Shown:
    """An interest as its form shows it."""

    def __init__(self, row: Interest) -> None:
        self.kind, self.party, self.text, self.version = row.kind, row.party, row.text, row.version
        self.valid_from = row.valid_from
        self.institution = row.institution.code if row.institution else ""
        self.project = row.project.code if row.project else ""


class _EditForm(inputs.InterestForm):
    def stored(self, thing: Any) -> Form:
        """The interest as it now stands, beside what was typed."""
        form = _EditForm(formdata=None, obj=_Shown(thing))
        _choices(form, thing)
        return form


@bp.route("/committees/<code>/interests/<int:number>", methods=["GET", "POST"])
@on(load=loaders.interest, may=policies.own_interest)
def edit_interest(interest: Interest) -> Any:
    """Change an interest that was declared."""
    code, form = interest.committee.code, _EditForm(obj=_Shown(interest))
    _choices(form, interest)
    if form.attempt(
        lambda: operations.edit(interest, actor=actor(), version=form.seen, **_fields(form, interest))
    ):
        return saved(url_for(".interests", code=code), _("已保存"))
    found = afresh(interest)
    return page(
        "interest_form.html",
        form.status,
        form=form,
        interest=found,
        committee=found.committee,
        illustrative=found.illustrative,
    )


@bp.post("/committees/<code>/interests/<int:number>/end")
@on(load=loaders.interest, may=policies.own_interest)
def end_interest(interest: Interest) -> Response:
    """An interest holds no more."""
    code = interest.committee.code
    operations.end(interest, actor=actor())
    return saved(url_for(".interests", code=code), _("已终止这一项"))


@bp.post("/committees/<code>/declarations")
@on(load=loaders.committee, may=policies.declare)
def complete_year(committee: Committee) -> Response:
    """The declaration of this year is complete, with what is listed or without anything."""
    operations.complete(committee, actor=actor())
    return saved(url_for(".interests", code=committee.code), _("已完成本年度申报"))


@bp.get("/committees/<code>/interests/register")
@on(load=loaders.committee, may=policies.read_register)
@of_today
def register(committee: Committee) -> Response:
    """The register: who has declared this year, and every interest that holds or held."""
    today = clock.today()
    rows = queries.interests(committee, actor=actor())
    seats = committee.seats_on(today)
    shown = overviews.open_projects(rows, actor=actor())
    return page(
        "interest_register.html",
        committee=committee,
        rows=rows,
        seats=seats,
        by_person={m.person_id: m for m in committee.members},
        declared=queries.declarations(committee, today.year),
        words=dict(inputs.KINDS),
        shown_projects=shown,
        year=today.year,
        illustrative=any(row.illustrative for row in rows),
    )


@bp.route("/meetings/<code>/interests", methods=["GET"])
@on(load=loaders.meeting, may=policies.declare_for_meeting)
def meeting_interests(meeting: Meeting) -> Response:
    """A member's declaration for one meeting: item by item, or that there is none."""
    return _meeting_page(meeting)


def _meeting_page(meeting: Meeting, form: inputs.ItemInterestForm | None = None, at: int = 0) -> Response:
    agenda = overviews.agenda(meeting, actor=actor())
    own = queries.interests(meeting.committee, actor=actor(), person_id=actor().id, meeting=meeting)
    return page(
        "meeting_interests.html",
        form.status if form else 200,
        meeting=meeting,
        agenda=agenda,
        own={item.id: [row for row in own if row.agenda_item_id == item.id] for item in agenda.items},
        form=form,
        at=at,
        kinds=inputs.KINDS,
        words=dict(inputs.KINDS),
        declared=queries.declared_for(meeting).get(actor().id),
        illustrative=meeting.illustrative,
    )


@bp.post("/meetings/<code>/items/<int:number>/interests")
@on(load=loaders.item, may=policies.declare_on_item)
def declare_on_item(item: Any) -> Response:
    """A member declares an interest in one item."""
    form, code, number = inputs.ItemInterestForm(), item.meeting.code, item.id
    if form.attempt(
        lambda: operations.declare_on_item(
            item, actor=actor(), kind=form.kind.data, text=form.text.data or ""
        )
    ):
        return saved(url_for(".meeting_interests", code=code), _("已申报，委员会秘书已收到通知"))
    meeting = loaders.meeting(actor=actor(), code=code) or abort(404)
    return _meeting_page(meeting, form, number)


@bp.post("/meetings/<code>/declarations")
@on(load=loaders.meeting, may=policies.declare_for_meeting)
def complete_meeting(meeting: Meeting) -> Response:
    """The declaration for a meeting is complete."""
    operations.complete(meeting.committee, actor=actor(), meeting=meeting)
    return saved(url_for(".meeting_interests", code=meeting.code), _("已完成本次会议的申报"))
