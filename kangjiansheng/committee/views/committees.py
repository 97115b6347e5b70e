"""Committees: their page, settings, members."""

from typing import Any

from flask import abort, g, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts import queries as people
from kangjiansheng.committee import forms, policies
from kangjiansheng.committee.models import Committee, CommitteeMember
from kangjiansheng.committee.operations import committees as operations
from kangjiansheng.committee.queries import answers, loaders, overviews
from kangjiansheng.committee.queries.follow_up import followed_in
from kangjiansheng.committee.queries.standing import planned, stands
from kangjiansheng.committee.rules import numbers
from kangjiansheng.committee.views.base import bp, page, until_day
from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.i18n import name_of, prose_day
from kangjiansheng.core.pages import saved, with_args
from kangjiansheng.labs.models import Institution, JointLab
from kangjiansheng.labs.queries import visible_institutions, visible_labs


@bp.get("/committees/<code>")
@on(load=loaders.committee, may=policies.see)
def committee(committee: Committee) -> Response:
    """Any committee: meetings, members, decisions, open actions."""
    day = g.get("as_of") or clock.today()
    listed = overviews.meetings(actor=actor(), committee_id=committee.id, as_of=g.get("as_of"))
    meetings = listed.page(request.args.get("page"))
    seats = committee.seats_on(day)
    held = policies.offices(actor(), committee.id)
    reader = bool(held) or actor().reads_all
    shown = seats if reader else []
    live = g.get("as_of") is None
    decisions = overviews.decisions(actor=actor(), committee_id=committee.id).all(8) if live else []
    actions = overviews.actions(actor=actor(), committee_id=committee.id, life="open").all() if live else []
    rows: list[Any] = [*shown, *decisions, *actions]
    return page(
        "committee.html",
        committee=committee,
        others=[c for c in overviews.committees() if c.id != committee.id],
        lab=_seen_lab(committee),
        examples=_examples(committee),
        meetings=meetings,
        page_address=lambda number: with_args(page=number),
        stands=stands(meetings.items, until=until_day()),
        planned=planned(meetings.items, until=until_day()),
        seats=shown,
        seats_known=bool(seats),
        decisions=decisions,
        answers=answers.answers(decisions),
        actions=actions,
        follow=followed_in(committee.id, actor=actor(), as_of=g.get("as_of")),
        open_projects=overviews.open_projects([*decisions, *actions], actor=actor()),
        reader=reader,
        sits=bool(held),
        may_register=bool(held & policies.EDITORS) or actor().has("auditor"),
        illustrative=meetings.illustrative or any(row.illustrative for row in rows),
        may_edit=live and policies.edit_committee(actor(), committee),
        may_plan=live and bool(held & policies.EDITORS),
        may_found=live and policies.found(actor()),
        may_hand_over=live and "secretary" in held,
        may_close={a.id for a in actions if a.owner_id == actor().id or held & policies.EDITORS},
    )


def _examples(committee: Committee) -> list[str]:
    """The first numbers of a year, so that the patterns can be read."""
    year, code = clock.today().year, committee.code
    minutes = numbers.minutes_number(
        committee.minutes_pattern, short=committee.short_hans, code=code, year=year, serial=1
    )
    outcome = numbers.outcome_number(
        committee.outcome_pattern, code=code, kind="D", year=year, running_no=1, serial=1
    )
    return [minutes, outcome]


def _seen_lab(committee: Committee) -> JointLab | None:
    """The laboratory that the committee steers, for those who may see it."""
    if committee.lab_id is None:
        return None
    return db.session.scalar(visible_labs(actor()).where(JointLab.id == committee.lab_id))


@bp.route("/committees/new", methods=["GET", "POST"])
@on(may=policies.found)
def new_committee() -> Any:
    """Register a committee."""
    form = forms.CommitteeForm(formdata=None, **NEW) if request.method == "GET" else forms.CommitteeForm()
    form.lab.choices = _labs()

    def act() -> Committee:
        lab_id = _lab_id(form.lab.data)
        return operations.create_committee(
            actor=actor(), code=form.code.data or "", lab_id=lab_id, **form.settings()
        )

    made = form.attempt(act)
    if made:
        return saved(url_for(".committee", code=made.code), _("已登记委员会"))
    return page("committee_form.html", form.status, form=form, committee=None)


# What a new committee's form offers.
NEW: dict[str, Any] = {
    "quorum_numerator": 2, "quorum_denominator": 3, "quorum_base": "eligible",
    "majority_numerator": 1, "majority_denominator": 2, "majority_over": True, "majority_base": "present",
    "abstentions_count": True, "approval_members": 2, "review_days": 7, "default_consent_days": 7,
    "minutes_pattern": numbers.MINUTES_PATTERN, "outcome_pattern": numbers.OUTCOME_PATTERN,
    "retention_years": 30,
}  # fmt: skip


def _labs(kept: JointLab | None = None) -> list[tuple[str, str]]:
    """The laboratories that a steering committee may steer: those that the editor sees, and the one there."""
    query = visible_labs(actor()).where(JointLab.archived_at.is_(None)).order_by(JointLab.code)
    found = {lab.code: f"{lab.code} {name_of(lab)}" for lab in db.session.scalars(query)}
    if kept is not None:
        found.setdefault(kept.code, kept.code)
    return [("", "—"), *sorted(found.items())]


def _lab_id(code: str | None, kept: JointLab | None = None) -> int | None:
    if not code:
        return None
    if kept is not None and code == kept.code:
        return kept.id
    found = db.session.scalar(visible_labs(actor()).where(JointLab.code == code))
    if found is None:
        raise RuleBroken("committee:lab-unknown", "lab")
    return found.id


def _institutions() -> list[tuple[str, str]]:
    query = visible_institutions(actor()).where(Institution.archived_at.is_(None)).order_by(Institution.code)
    return [("", "—"), *((row.code, name_of(row)) for row in db.session.scalars(query))]


def _institution_id(code: str | None) -> int | None:
    if not code:
        return None
    found = db.session.scalar(visible_institutions(actor()).where(Institution.code == code))
    if found is None:
        raise RuleBroken("committee:institution-unknown", "institution")
    return found.id


@bp.route("/committees/<code>/edit", methods=["GET", "POST"])
@on(load=loaders.committee, may=policies.edit_committee)
def edit_committee(committee: Committee) -> Any:
    """Settings and members of a committee."""
    code = committee.code
    form, kept = forms.CommitteeForm(obj=committee), committee.lab
    form.code.data = code
    if not form.is_submitted():
        form.lab.data = kept.code if kept else ""
    form.lab.choices = _labs(kept)

    def act() -> None:
        lab_id = _lab_id(form.lab.data, kept)
        operations.edit_committee(
            committee, actor=actor(), version=form.seen, lab_id=lab_id, **form.settings()
        )

    if form.attempt(act):
        return saved(url_for(".committee", code=code), _("已保存"))
    return _edit_page(code, form, forms.MemberForm(formdata=None, valid_from=clock.today()))


def _edit_page(
    code: str, form: forms.CommitteeForm, member_form: forms.MemberForm, status: int = 0
) -> Response:
    committee = loaders.committee(actor=actor(), code=code) or abort(404)
    if not form.lab.choices:
        form.lab.choices, form.lab.data = _labs(committee.lab), committee.lab.code if committee.lab else ""
    member_form.institution.choices = _institutions()
    return page(
        "committee_form.html",
        status or form.status,
        form=form,
        member_form=member_form,
        committee=committee,
        seats=[m for m in committee.members if m.valid_to is None or m.valid_to >= clock.today()],
        ended=sorted(
            (m for m in committee.members if m.valid_to is not None and m.valid_to < clock.today()),
            key=lambda m: (m.valid_to or m.valid_from, m.seat),
            reverse=True,
        ),
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
            institution_id=_institution_id(form.institution.data),
            name_hans=form.name_hans.data or "",
            name_hant=form.name_hant.data or "",
            name_en=form.name_en.data or "",
        )

    if form.attempt(act):
        return saved(url_for(".edit_committee", code=code), _("已增加委员"))
    committee = afresh(committee)
    return _edit_page(code, forms.CommitteeForm(formdata=None, obj=committee), form, form.status)


@bp.post("/committees/<code>/members/<int:number>/end")
@on(load=loaders.member, may=policies.end_member)
def end_member(member: CommitteeMember) -> Any:
    """End a seat with a day."""
    code, form = member.committee.code, forms.EndForm()
    if form.attempt(
        lambda: operations.end_member(member, actor=actor(), valid_to=form.valid_to.data or clock.today())
    ):
        day = form.valid_to.data or clock.today()
        over = day < clock.today()
        said = _("任期已结束") if over else _("任期至 %(day)s", day=prose_day(day))
        return saved(url_for(".edit_committee", code=code), said)
    committee = loaders.committee(actor=actor(), code=code) or abort(404)
    answer = forms.MemberForm(formdata=None, valid_from=clock.today())
    answer.refusal = form.refusal or " ".join(str(e) for e in form.valid_to.errors)
    return _edit_page(code, forms.CommitteeForm(formdata=None, obj=committee), answer, form.status)
