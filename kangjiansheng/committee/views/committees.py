"""Committees: their page, settings, members."""

from typing import Any

from flask import abort, g, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts import queries as people
from kangjiansheng.committee import forms, policies
from kangjiansheng.committee.models import Committee, CommitteeMember
from kangjiansheng.committee.operations import committees as operations
from kangjiansheng.committee.operations.meetings import sits_on
from kangjiansheng.committee.queries import loaders, overviews
from kangjiansheng.committee.views.base import bp, page
from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.pages import saved


@bp.get("/committees/SAC")
@on(load=loaders.committee, may=policies.see)
def home(committee: Committee) -> Response:
    """The scientific committee."""
    return _page(committee)


@bp.get("/committees/<code>")
@on(load=loaders.committee, may=policies.see)
def committee(committee: Committee) -> Response:
    """Any committee: meetings, members, decisions, open actions."""
    return _page(committee)


def _page(committee: Committee) -> Response:
    day = g.get("as_of") or clock.today()
    meetings = overviews.meetings(actor=actor(), committee_id=committee.id, as_of=g.get("as_of"))
    seats = [m for m in committee.members if sits_on(m, day)]
    held = policies.offices(actor(), committee.id)
    reader = bool(held) or actor().reads_all
    shown = seats if reader else []
    live = g.get("as_of") is None
    decisions = overviews.decisions(actor=actor(), committee_id=committee.id, limit=8) if live else []
    actions = overviews.actions(actor=actor(), committee_id=committee.id, life="open") if live else []
    rows: list[Any] = [*meetings, *shown, *decisions, *actions]
    return page(
        "committee.html",
        committee=committee,
        others=[c for c in overviews.committees() if c.id != committee.id],
        meetings=meetings,
        progress=overviews.progress([m.minutes.id for m in meetings if m.minutes]),
        seats=shown,
        seats_known=bool(seats),
        decisions=decisions,
        actions=actions,
        open_projects=overviews.open_projects([*decisions, *actions], actor=actor()),
        reader=reader,
        illustrative=any(row.illustrative for row in rows),
        may_edit=live and policies.edit_committee(actor(), committee),
        may_plan=live and bool(held & policies.EDITORS),
        may_found=live and policies.found(actor()),
        may_close={a.id for a in actions if a.owner_id == actor().id or held & policies.EDITORS},
    )


@bp.route("/committees/new", methods=["GET", "POST"])
@on(may=policies.found)
def new_committee() -> Any:
    """Register a committee."""
    form = forms.CommitteeForm(quorum_numerator=2, quorum_denominator=3, approval_members=2, review_days=7)
    made = form.attempt(
        lambda: operations.create_committee(actor=actor(), code=form.code.data or "", **form.settings())
    )
    if made:
        return saved(url_for(".committee", code=made.code), _("已登记委员会"))
    return page("committee_form.html", form.status, form=form, committee=None)


@bp.route("/committees/<code>/edit", methods=["GET", "POST"])
@on(load=loaders.committee, may=policies.edit_committee)
def edit_committee(committee: Committee) -> Any:
    """Settings and members of a committee."""
    code = committee.code
    form = forms.CommitteeForm(obj=committee)
    form.code.data = code

    def act() -> None:
        operations.edit_committee(committee, actor=actor(), version=form.seen, **form.settings())

    if form.attempt(act):
        return saved(url_for(".committee", code=code), _("已保存"))
    return _edit_page(code, form, forms.MemberForm(formdata=None, valid_from=clock.today()))


def _edit_page(
    code: str, form: forms.CommitteeForm, member_form: forms.MemberForm, status: int = 0
) -> Response:
    committee = loaders.committee(actor=actor(), code=code) or abort(404)
    return page(
        "committee_form.html",
        status or form.status,
        form=form,
        member_form=member_form,
        committee=committee,
        seats=[m for m in committee.members if sits_on(m, clock.today())],
        today=clock.today(),
    )


@bp.post("/committees/<code>/members")
@on(load=loaders.committee, may=policies.edit_committee)
def add_member(committee: Committee) -> Any:
    """Give a person a seat."""
    code, form = committee.code, forms.MemberForm()

    def act() -> None:
        account = people.account_by_email(form.email.data or "")
        if account is None:
            raise RuleBroken("committee:person-unknown", "email")
        operations.add_member(
            committee,
            actor=actor(),
            person_id=account.person_id,
            office=form.office.data,
            valid_from=form.valid_from.data,
            name_hans=form.name_hans.data or "",
            name_hant=form.name_hant.data or "",
            name_en=form.name_en.data or "",
        )

    if form.attempt(act):
        return saved(url_for(".edit_committee", code=code), _("已增加委员"))
    committee = loaders.committee(actor=actor(), code=code) or abort(404)
    return _edit_page(code, forms.CommitteeForm(formdata=None, obj=committee), form, form.status)


@bp.post("/committees/<code>/members/<int:number>/end")
@on(load=loaders.member, may=policies.end_member)
def end_member(member: CommitteeMember) -> Any:
    """End a seat with a day."""
    code, form = member.committee.code, forms.EndForm()
    if form.attempt(
        lambda: operations.end_member(member, actor=actor(), valid_to=form.valid_to.data or clock.today())
    ):
        return saved(url_for(".edit_committee", code=code), _("任期已结束"))
    committee = loaders.committee(actor=actor(), code=code) or abort(404)
    answer = forms.MemberForm(formdata=None, valid_from=clock.today())
    answer.refusal = form.refusal or " ".join(str(e) for e in form.valid_to.errors)
    return _edit_page(code, forms.CommitteeForm(formdata=None, obj=committee), answer, form.status)
