"""Pages of hand-offs: /hand-offs, one of them, its steps, and the forms."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import abort, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts.forms.factors import given
from kangjiansheng.accounts.models import Person
from kangjiansheng.accounts.operations import proving
from kangjiansheng.accounts.rules.factors import METHODS
from kangjiansheng.accounts.views import proofs
from kangjiansheng.core import audit, clock, history, paging
from kangjiansheng.core.access import actor, afresh, on, signed_in
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.forms import Form, wants_fragment
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.naming import called
from kangjiansheng.core.pages import page, saved, with_args
from kangjiansheng.core.sheets import download
from kangjiansheng.labs.models import Institution
from kangjiansheng.labs.queries.resources import homes_of
from kangjiansheng.projects import policies, queries, sheets
from kangjiansheng.projects.forms import hand_offs as words
from kangjiansheng.projects.forms.filters import asked
from kangjiansheng.projects.forms.hand_offs import DayForm, HandOffForm, ReasonForm, SignedForm, WaitingForm
from kangjiansheng.projects.forms.projects import VersionForm
from kangjiansheng.projects.models import HandOff, Milestone, Project
from kangjiansheng.projects.operations import hand_offs as operations
from kangjiansheng.projects.policies import hand_offs as allowed
from kangjiansheng.projects.queries.hand_offs import (
    PRESSING,
    HandOffFilter,
    HandOffRow,
    acts_as,
    hand_off,
    hand_off_for,
    hand_offs,
    parties_of,
    row_of,
)
from kangjiansheng.projects.queries.readers import members_who_see
from kangjiansheng.projects.rules import hand_offs as rules
from kangjiansheng.projects.views import bp

# The steps under the names that stand in their addresses.
STEPS = {
    "promise": "promise",
    "wish": "ask",
    "agreement": "agree",
    "delivery": "deliver",
    "receipt": "receive",
    "dispute": "dispute",
    "withdrawal": "withdraw",
    "undoing": "undo",
}


def _day() -> date:
    return g.as_of or clock.today()


def _shown() -> tuple[HandOffFilter, list[HandOffRow], list[HandOffRow]]:
    """What is asked for, all that the reader sees, and what is asked for of it."""
    wanted = asked(HandOffFilter)
    rows = hand_offs(actor=actor(), as_of=g.as_of)
    return wanted, rows, [row for row in rows if wanted.keeps(row, _day())]


@bp.get("/hand-offs")
@signed_in
def list_hand_offs() -> Response | str:
    """All hand-offs of projects that the reader sees, what is late first; of what is late or disputed a piece of its
    own, for the board."""
    wanted, rows, kept = _shown()
    late = {row.id: words.late_words(row.overdue(_day())) for row in rows}
    if wanted.late == PRESSING and wants_fragment():
        return render_template("projects/_hand_offs_pressing.html", rows=kept, late=late, words=words)
    parties = {one.code: name_of(one) for row in rows for one in (row.giver, row.receiver)}
    return page(
        "projects/hand_offs.html",
        rows=paging.cut(kept, request.args.get("page")),
        total=len(rows),
        wanted=wanted,
        finding=words.finding(rows, _day()),
        late=late,
        parties=sorted(parties.items(), key=lambda pair: pair[1]),
        projects=sorted({(row.project.code, row.project.code) for row in rows}),
        words=words,
        page_address=lambda number: with_args(page=number if number > 1 else None),
        illustrative=any(row.illustrative for row in rows),
    )


@bp.get("/hand-offs.<any(csv, xlsx):kind>")
@signed_in
@costly
def hand_offs_file(kind: str) -> Response:
    """The same list as a file."""
    return download(kind, "hand-offs", sheets.hand_offs(kind, _shown()[2], as_of=g.as_of))


def _offered(project: Project) -> dict[str, Any]:
    rows = project.plan.milestones if project.plan else []
    return {"milestone_rows": [m for m in rows if m.kind == "milestone" and m.state != "cancelled"]}


@bp.route("/projects/<code>/hand-offs/new", methods=["GET", "POST"])
@on(load=queries.project, may=allowed.raise_one)
def new_hand_off(thing: Project) -> Response:
    """Write a hand-off down."""
    parties = parties_of(thing.id)
    form = HandOffForm(parties=parties, **_offered(thing))
    if request.method == "GET":
        kind = request.args.get("kind", "")
        form.kind.data = kind if kind in rules.KINDS else "cells"
        form.items.data = words.usual(form.kind.data)
        form.milestone.data = request.args.get("milestone", "")
        own = [party.id for party in homes_of(actor())]
        form.giver_id.data = own[0] if len(own) == 1 and own[0] in {p.id for p in parties} else None
    made = form.attempt(lambda: operations.create(thing, actor=actor(), day=form.day.data, **form.facts()))
    if made:
        return saved(url_for(".hand_off_page", code=made.code), _("交接已登记"))
    again = afresh(thing)
    return page(
        "projects/hand_off_form.html",
        form.status,
        form=form,
        thing=again,
        hand_off=None,
        kinds=[(kind, str(word), with_args(kind=kind)) for kind, word in words.KINDS.items()],
        illustrative=again.illustrative,
    )


@bp.get("/hand-offs/<code>")
@on(load=hand_off, may=policies.see)
def hand_off_page(thing: HandOff) -> Response:
    """One hand-off: between whom, what, until when, the list, the signatures, whose turn it is, its history."""
    return _page(thing)


@bp.route("/hand-offs/<code>/edit", methods=["GET", "POST"])
@on(load=hand_off, may=allowed.change)
def edit_hand_off(thing: HandOff) -> Response:
    """Change what is written of it: while no day is agreed everything, then the milestone that waits for it."""
    form: HandOffForm | WaitingForm
    if thing.life == "proposed":
        form = HandOffForm(obj=thing, parties=parties_of(thing.project_id), **_offered(thing.project))
        del form.day
    else:
        form = WaitingForm(obj=thing, **_offered(thing.project))
    if form.attempt(lambda: operations.edit(thing, actor=actor(), version=form.version.data, **form.facts())):
        return saved(url_for(".hand_off_page", code=thing.code), _("交接已保存"), undo=_undo(thing))
    again = afresh(thing)
    return page(
        "projects/hand_off_form.html",
        form.status,
        form=form,
        thing=again.project,
        hand_off=again,
        kinds=[],
        illustrative=again.project.illustrative,
    )


def _again() -> HandOff:
    """The hand-off once more, after a refusal has rolled everything back."""
    return hand_off(actor=actor(), code=str((request.view_args or {})["code"])) or abort(404)


def _undo(thing: HandOff) -> str:
    return url_for(".step_hand_off", code=thing.code, act="undoing")


@bp.post(
    "/hand-offs/<code>/<any(promise, wish, agreement, delivery, receipt, dispute, withdrawal, undoing):act>"
)
@on(load=hand_off_for, may=allowed.step)
def step_hand_off(pair: tuple[HandOff, str]) -> Response:
    """Take one step of a hand-off: see the operations."""
    thing, act = pair
    code, step = thing.code, STEPS[act]
    form = _form(step, thing)
    if step in ("deliver", "receive") and proving.is_throttled(actor().id):
        form.refusal = _("密码错误次数过多，请 15 分钟后再签名。")
        return _page(_again(), 429, {step: form})
    who = actor()
    if proofs.signing(
        form, lambda: _take(thing, step, form), lambda: operations.count_failure(code, actor=who)
    ):
        told, undone = _told(step), step not in ("deliver", "receive", "undo")
        return saved(url_for(".hand_off_page", code=code), told, undo=_undo(thing) if undone else None)
    return _page(_again(), form.status, {step: form})


def _form(step: str, thing: HandOff, **more: Any) -> Any:
    """The form of a step. Several stand on one page: each field has an id of its own."""
    made: Form
    if step in ("promise", "ask"):
        made = DayForm(**more)
    elif step in ("deliver", "receive"):
        row = row_of(thing, actor=actor())
        assert row is not None
        made = SignedForm(row=row, **more)
        account = proving.account_of(actor=actor())
        made.ask(proving.asked(account), account, _purpose(thing, step))
    elif step in ("dispute", "withdraw"):
        made = ReasonForm(**more)
    else:
        made = VersionForm(**more)
    for item in made:
        item.id = f"{item.name}-{step}"
    return made


def _purpose(thing: HandOff, step: str) -> str:
    """What a passkey is shown for: this step of this hand-off as it stands."""
    return f"{step} {thing.code} {thing.version} {actor().id}"


def _take(thing: HandOff, step: str, form: Any) -> Any:
    who = actor()
    known: dict[str, Any] = {"actor": who, "version": form.version.data}
    if step in ("promise", "ask"):
        return operations.name_day(
            thing, "giver" if step == "promise" else "receiver", form.day.data, **known
        )
    if step == "agree":
        other = rules.named_by(thing)
        return operations.agree(thing, "receiver" if other == "giver" else "giver", **known)
    if step in ("dispute", "withdraw"):
        act: Callable[..., None] = operations.dispute if step == "dispute" else operations.withdraw
        return act(thing, form.reason.data or "", **known)
    if step == "undo":
        return operations.undo(thing, actor=who, version=form.version.data or None)
    sign = operations.deliver if step == "deliver" else operations.receive
    return sign(thing, ticked=form.ticked.data or (), given=given(form, _purpose(thing, step)), **known)


def _told(step: str) -> str:
    return {
        "promise": _("已承诺日期，等接收方答复"),
        "ask": _("已告知交付方"),
        "agree": _("日期已约定"),
        "deliver": _("已签名交付，等接收方清点"),
        "receive": _("已签名接收，交接完成"),
        "dispute": _("异议已告知交付方"),
        "withdraw": _("交接已撤回"),
        "undo": _("已撤销上一步"),
    }[step]


def _page(thing: HandOff, status: int = 200, sent: dict[str, Form] | None = None) -> Response:
    row = row_of(thing, actor=actor(), as_of=g.as_of) or abort(
        404, _("这一天 %(code)s 还没有登记。") % {"code": thing.code}
    )
    roles = acts_as(thing, actor=actor())
    free = g.as_of is None and thing.project.archived_at is None
    steps = allowed.steps(thing, roles) if free else ()
    people = members_who_see(thing.project, [thing.giver_id, thing.receiver_id]) if free else {}
    last = operations.last_step(thing) if free and roles else None
    offered = {step: _form(step, thing, formdata=None, version=thing.version) for step in steps}
    return page(
        "projects/hand_off.html",
        status,
        thing=thing,
        row=row,
        late=words.late_words(row.overdue(_day())),
        waits=words.waits_words(row),
        words=words,
        rules=rules,
        steps=offered | (sent or {}),
        acts={step: act for act, step in STEPS.items()},
        nobody=[one for one in (row.giver, row.receiver) if row.is_open and free and not people[one.id]],
        signatures=_signatures(thing),
        methods=METHODS,
        may_edit="edit" in steps,
        may_undo=last is not None and last[0].actor_id == actor().id,
        history=_history(thing),
        illustrative=row.illustrative,
    )


def _signatures(thing: HandOff) -> list[dict[str, Any]]:
    """Who has signed what until the day; whether the newest is over the text as it stands."""
    now = rules.fingerprint(thing.text())
    until = clock.end_of(_day())
    return [
        {"row": one, "holds": one.text_sha256 == now if one.round == thing.round else None}
        for one in thing.signatures
        if one.signed_at <= until
    ]


def _history(thing: HandOff) -> list[dict[str, Any]]:
    found = audit.history("hand_off", thing.id, 100, until=g.as_of)
    sides = [side for entry in found for side in (entry.before, entry.after)]
    named = called(
        {
            Institution: {side.get(key) for side in sides for key in ("giver_id", "receiver_id")},
            Milestone: {side.get("milestone_id") for side in sides},
            Person: {entry.actor_id for entry in found},
        }
    )
    kinds = {"giver_id": Institution, "receiver_id": Institution, "milestone_id": Milestone}

    def shown(key: str, value: Any) -> str:
        if key not in kinds:
            return words.shown(key, value)
        row = named[kinds[key]].get(value)
        return f"{row.code} {name_of(row)}" if row else ""

    return history.entries(found, labels=words.FIELDS, show=shown, people=named[Person])
