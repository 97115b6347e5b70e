"""Pages of obligations: /obligations."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import abort, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts.queries import names
from kangjiansheng.core import audit, clock, file_levels, history, paging
from kangjiansheng.core.access import actor, on, signed_in
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.forms import wants_fragment
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import page, saved
from kangjiansheng.core.sheets import download
from kangjiansheng.labs import forms, operations, panels, policies, queries
from kangjiansheng.labs.forms.documents import STEPS, EvidenceForm, offer_level, step_facts
from kangjiansheng.labs.forms.obligations import ObligationForm
from kangjiansheng.labs.models import Obligation
from kangjiansheng.labs.queries.documents import level_of, shelf_of
from kangjiansheng.labs.queries.obligations import clause_of, named_in
from kangjiansheng.labs.queries.waiting import obligations_waiting
from kangjiansheng.labs.rules import LEVELS
from kangjiansheng.labs.rules import obligations as lives
from kangjiansheng.labs.sheets import obligations as sheets
from kangjiansheng.labs.views.blueprint import asked, bp, page_address, travelled


def _day() -> date:
    return travelled() or clock.today()


@bp.get("/obligations")
@signed_in
def obligations() -> Response:
    """Who owes whom what: all that the reader may see, what needs somebody first."""
    wanted = asked(queries.ObligationFilter)
    rows = queries.obligations(wanted, actor=actor(), as_of=travelled())
    return page(
        "labs/obligations.html",
        illustrative=any(row.illustrative for row in rows),
        wanted=wanted,
        rows=paging.cut(rows, request.args.get("page")),
        late=sum(row.late(_day()) > 0 for row in rows),
        day=_day(),
        lives=lives,
        parties=forms.party_choices(),
        page_address=page_address,
        may_create=policies.create(actor()) and not travelled(),
    )


@bp.get("/obligations/waiting")
@signed_in
def waiting_obligations() -> Response | str:
    """What waits for the reader's institutions today: a piece of home, and a page for whoever has no script."""
    waiting = [] if travelled() else obligations_waiting(actor=actor())
    context: dict[str, Any] = {"waiting": waiting, "lives": lives, "day": clock.today()}
    if wants_fragment():
        return render_template("labs/_waiting.html", **context)
    illustrative = any(one.row.illustrative for one in waiting)
    return page("labs/waiting.html", illustrative=illustrative, **context)


@bp.get("/obligations.<any(csv, xlsx):kind>")
@signed_in
@costly
def obligations_file(kind: str) -> Response:
    """The same list as a file."""
    rows = queries.obligations(asked(queries.ObligationFilter), actor=actor(), as_of=travelled())
    return download(kind, "obligations", sheets.obligations(kind, rows, as_of=travelled()))


@bp.route("/obligations/new", methods=["GET", "POST"])
@on(may=policies.create)
def new_obligation() -> Response:
    """Register an obligation; `agreement` and `clause` in the address are filled in."""
    form = ObligationForm()
    if request.method == "GET":
        form.agreement_code.data = request.args.get("agreement", "")
        form.clause_number.data = request.args.get("clause", "")
    made = form.attempt(lambda: operations.create_obligation(actor=actor(), **form.facts()))
    if made:
        return saved(url_for(".obligation", code=made.code), _("义务已登记"))
    return page("labs/obligation_form.html", form.status, form=form, obligation=None)


@bp.get("/obligations/<code>")
@on(load=queries.obligation, may=policies.see)
def obligation(found: Obligation) -> Response:
    """One obligation: who, until when, on which clause, its evidence, how it stands, and what happened to it."""
    return show(found)


def show(found: Obligation, status: int = 200, **failed: Any) -> Response:
    """The page of an obligation; `failed` holds the form that was refused, under the name that the page gives it."""
    day = travelled()
    row = queries.obligation_row(found, actor=actor(), as_of=day)
    if row is None:
        abort(404, _("这一天 %(code)s 还没有登记。") % {"code": found.code})
    inside = queries.sees_inside(actor(), found)
    files = queries.documents(found, day, actor=actor()) if inside else []
    named = {file.by_id for file in files} | ({row.owner_id} if row.owner_id else set())
    people = names(named) if inside else {}
    free = day is None and not row.archived
    may_bring = free and inside and policies.bring(actor(), found)
    steps = {act: failed.get(act) or _step_form(act, found) for act in _steps(found, row)} if free else {}
    return page(
        "labs/obligation.html",
        status,
        illustrative=found.illustrative,
        higher=panels.of(panels.obligation, found, actor(), day),
        row=row,
        late=row.late(_day()),
        clause=clause_of(row),
        owner=people.get(row.owner_id or 0),
        inside=inside,
        lives=lives,
        levels=LEVELS,
        steps=steps,
        acts=_words(row.direction),
        behalf=_on_behalf(steps, found, row),
        room=shelf_of(found).room(actor=actor()) if may_bring else None,
        may_undo=free and inside and policies.undo(actor(), found),
        files=files,
        people=people,
        document_form=failed.get("document_form") or offer_level(EvidenceForm(formdata=None), found),
        may_bring=may_bring,
        mine=policies.withdrawable(actor(), files) if may_bring else set(),
        file_levels=file_levels.choices(level_of(found), LEVELS),
        may_edit=policies.manage(actor(), found) and day is None,
        form=forms.VersionForm(formdata=None, version=found.version),
        history=_history(found) if inside else None,
    )


def _steps(found: Obligation, row: queries.ObligationRow) -> list[str]:
    return [act for act in lives.steps(row.state, row.direction) if policies.step(actor(), (found, act))]


def _on_behalf(
    steps: Mapping[str, Any], found: Obligation, row: queries.ObligationRow
) -> dict[str, queries.Party]:
    """Of the steps those of a party to which the reader does not belong, with that party."""
    mine = queries.sides(actor(), found) if steps else set()
    sides = {act: lives.side(act, row.direction) for act in steps}
    return {act: getattr(row, side) for act, side in sides.items() if side not in mine}


def _step_form(act: str, found: Obligation) -> Any:
    form = STEPS[act](formdata=None, version=found.version)
    return offer_level(form, found) if act == "deliver" else form


def _words(direction: str) -> dict[str, tuple[str, Any]]:
    """The acts: the noun of the address, and what the button says."""
    said = {"deliver": _("记录交付"), "accept": _("接受"), "dispute": _("提出异议"), "waive": _("免除")}
    if direction:
        said |= {"deliver": _("记录提交") if direction == "submit" else _("记录回复"), "accept": _("办结")}
    return {act: (noun, said[act]) for noun, act in lives.NOUNS.items()}


@bp.post("/obligations/<code>/<any(delivery, acceptance, dispute, waiver):act>")
@on(load=queries.obligation_for, may=policies.step)
def step_obligation(pair: tuple[Obligation, str]) -> Response:
    """Deliver, accept, dispute or waive; a delivery may bring its evidence along."""
    found, act = pair
    form: Any = STEPS[act]()
    if act == "deliver":
        offer_level(form, found)
    if form.attempt(lambda: _take(found, act, form)):
        undo = url_for(".undo_obligation", code=found.code)
        return saved(url_for(".obligation", code=found.code), _("状态已变更"), undo=undo)
    return show(found, form.status, **{act: form})


def _take(found: Obligation, act: str, form: Any) -> None:
    operations.step_obligation(found, act, actor=actor(), **step_facts(form))
    if act == "deliver" and (brought := form.files.brought):
        operations.bring(found, brought, actor=actor(), level=form.level.data)


@bp.post("/obligations/<code>/undo")
@on(load=queries.obligation, may=policies.undo)
def undo_obligation(found: Obligation) -> Response:
    """Take the last step back."""
    operations.undo_step(found, actor=actor(), version=None)
    return saved(url_for(".obligation", code=found.code), _("已撤销"))


def _history(found: Obligation) -> list[dict[str, Any]]:
    hidden = queries.unseen(found, actor=actor())
    entries = file_levels.without(audit.history("obligation", found.id, 200, until=travelled()), hidden)
    states = [state for entry in entries if entry.before for state in (entry.before, entry.after)]
    people = names({entry.actor_id for entry in entries} | {state.get("owner_id") or 0 for state in states})
    known: dict[str, Mapping[Any, Any]] = {
        "owner_id": {key: name_of(person) for key, person in people.items()},
        "life": lives.LIVES,
        "confidentiality": LEVELS,
        **named_in(states, actor=actor()),
    }

    def shown(key: str, value: Any) -> str:
        if value in (None, ""):
            return ""
        return str(known[key].get(value, "…")) if key in known else str(value)

    fields = {key: label for key, label in lives.FIELDS.items() if key not in ("code", "archived_at")}
    return history.entries(entries, labels=fields, show=shown, people=people)


@bp.route("/obligations/<code>/edit", methods=["GET", "POST"])
@on(load=queries.obligation, may=policies.manage)
def edit_obligation(found: Obligation) -> Response:
    """Change an obligation."""
    form = ObligationForm(obj=found)
    if form.attempt(
        lambda: operations.edit_obligation(found, actor=actor(), version=form.version.data, **form.facts())
    ):
        return saved(url_for(".obligation", code=found.code), _("已保存"))
    return page(
        "labs/obligation_form.html",
        form.status,
        illustrative=found.illustrative,
        form=form,
        obligation=found,
    )


@bp.post("/obligations/<code>/archive")
@on(load=queries.obligation, may=policies.manage)
def archive_obligation(found: Obligation) -> Response:
    """Put an obligation away."""
    operations.archive(found, actor=actor(), version=forms.VersionForm().version.data)
    back = url_for(".restore_obligation", code=found.code)
    return saved(url_for(".obligation", code=found.code), _("义务已归档"), undo=back)


@bp.post("/obligations/<code>/restore")
@on(load=queries.obligation, may=policies.manage)
def restore_obligation(found: Obligation) -> Response:
    """Take an obligation out of the archive."""
    operations.restore(found, actor=actor())
    return saved(url_for(".obligation", code=found.code), _("义务已恢复"))
