"""Asks: the list, its files, one of them, and what is done about it."""

from datetime import date
from types import SimpleNamespace
from typing import Any

from flask import abort, g, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts.queries import names
from kangjiansheng.core import audit, clock, history
from kangjiansheng.core.access import actor, afresh, on, signed_in
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.i18n import name_of
from kangjiansheng.core.pages import page, saved
from kangjiansheng.core.sheets import download
from kangjiansheng.labs.forms import party_choices, unchosen
from kangjiansheng.labs.models import Obligation
from kangjiansheng.labs.panels import of
from kangjiansheng.labs.queries.obligations import ObligationRow, obligation_rows
from kangjiansheng.labs.queries.resources import homes_of
from kangjiansheng.projects import panels, policies, sheets
from kangjiansheng.projects.forms import asks as words
from kangjiansheng.projects.forms.asks import AgreeForm, AskForm, WordsForm
from kangjiansheng.projects.forms.filters import asked
from kangjiansheng.projects.forms.projects import VersionForm
from kangjiansheng.projects.models import Ask
from kangjiansheng.projects.operations import asks as operations
from kangjiansheng.projects.queries import asks as queries
from kangjiansheng.projects.queries.asks import AskFilter, AskRow
from kangjiansheng.projects.rules import asks as rules
from kangjiansheng.projects.views import bp


def _day() -> date:
    return g.as_of or clock.today()


def _listed() -> tuple[AskFilter, list[Any], list[Any]]:
    """What is asked for, all asks of the reader, and those that are asked for."""
    wanted = asked(AskFilter)
    rows = queries.asks(actor=actor(), as_of=g.as_of)
    return wanted, rows, [row for row in rows if wanted.keeps(row, _day())]


@bp.get("/asks")
@signed_in
def asks() -> Response:
    """The asks that the reader may see, those that wait longest first."""
    wanted, rows, kept = _listed()
    parties = {party.code: name_of(party.names) for row in rows for party in (row.asker, row.asked) if party}
    return page(
        "projects/asks.html",
        rows=kept,
        total=len(rows),
        late=sum(rules.overdue(row, _day()) for row in rows),
        tabs=[tab for section in panels.asks_section for tab in section("asks")],
        wanted=wanted,
        parties=sorted(parties.items(), key=lambda pair: pair[1]),
        words=words,
        waiting={row.id: words.waiting_words(row, _day()) for row in kept},
        may_add=g.as_of is None and policies.raise_ask(actor()),
        illustrative=any(row.illustrative for row in rows),
    )


@bp.get("/asks.<any(csv, xlsx):kind>")
@signed_in
@costly
def asks_file(kind: str) -> Response:
    """The same list as a file."""
    return download(kind, "asks", sheets.asks(kind, _listed()[2], as_of=g.as_of))


def _form(found: Ask | None = None) -> AskForm:
    mine = party_choices(policies.speaks_for(actor()))
    return AskForm(obj=found, mine=mine, parties=party_choices())


@bp.route("/asks/new", methods=["GET", "POST"])
@on(may=policies.raise_ask)
def new_ask() -> Response:
    """Ask something of another party, or of the whole table."""
    form = _form()
    if request.method == "GET":
        form.project_code.data = request.args.get("project", "")[:40]
        form.to_code.data = request.args.get("to", "")[:40]
        own = [party.code for party in homes_of(actor())]
        form.from_code.data = own[0] if len(own) == 1 else ""
    made = form.attempt(
        lambda: operations.raise_ask(actor=actor(), from_code=form.from_code.data or "", **form.facts())
    )
    if made:
        return saved(_address(made), _("诉求已提出"))
    return page("projects/ask_form.html", form.status, form=form, ask=None)


@bp.get("/asks/<code>")
@on(load=queries.ask, may=policies.see)
def ask(thing: Ask) -> Response:
    """One ask with what was done about it."""
    return _page(thing)


def _again() -> Ask:
    code = str((request.view_args or {})["code"])
    return queries.ask(actor=actor(), code=code) or abort(404)


def _page(thing: Ask, status: int = 200, **forms: Any) -> Response:
    row = next(iter(queries.asks(actor=actor(), as_of=g.as_of, only=Ask.id == thing.id)), None)
    if row is None:
        abort(404)
    found = audit.history("ask", thing.id, 100, until=g.as_of)
    people = names({entry.actor_id for entry in found})
    free = g.as_of is None
    acts = policies.ask_acts(actor(), thing) if free else set()
    may_answer = "agreement" in acts and thing.life in rules.STEPS["agree"]
    owed = _owed(row)
    higher = of(panels.ask, thing, actor(), g.as_of)
    return page(
        "projects/ask.html",
        status,
        ask=thing,
        row=row,
        owed=owed,
        words=words,
        waiting=words.waiting_words(row, _day()),
        late=rules.overdue(row, _day()),
        may_change="edit" in acts,
        tabled=queries.was_tabled(thing),
        may_answer=may_answer,
        steps={act for act, lives in rules.STEPS.items() if thing.life in lives},
        may_decline="refusal" in acts,
        agreeing=forms.get("agreeing") or (_agree_form(thing) if may_answer else None),
        telling=forms.get("telling") or WordsForm(formdata=None, version=thing.version),
        history=history.entries(
            _told(found, row, thing), labels=words.FIELDS, show=_shower(thing, owed), people=people
        ),
        higher=higher,
        illustrative=thing.illustrative or higher.illustrative,
    )


_UNSEEN = object()  # in the place of what was said when the ask was not the reader's to see


def _told(found: list[Any], row: AskRow, thing: Ask) -> list[Any]:
    """The history of an ask, newest first, without the words of the times when it was put to others, or was about a
    project that the reader does not see."""
    state = {"from_id": thing.from_id, "to_id": row.asked_id, "project_id": row.project_id}
    sides = []
    for entry in found:
        earlier = state | {key: value for key, value in entry.before.items() if key in state}
        sides.append((entry, earlier, state))
        state = earlier
    seen = queries.sight(actor(), [side for _entry, *both in sides for side in both])
    return [
        SimpleNamespace(
            act=entry.act,
            actor_id=entry.actor_id,
            actor_label=entry.actor_label,
            recorded_at=entry.recorded_at,
            before=entry.before if seen(before) else dict.fromkeys(entry.before, _UNSEEN),
            after=entry.after if seen(after) else dict.fromkeys(entry.after, _UNSEEN),
        )
        for entry, before, after in sides
    ]


def _owed(row: AskRow) -> ObligationRow | None:
    """What was agreed, for those who see it: it is between two parties, also where the whole table was asked."""
    if row.obligation_id is None:
        return None
    only = [Obligation.id == row.obligation_id]
    return next(iter(obligation_rows(actor=actor(), as_of=g.as_of, only=only)), None)


def _shower(thing: Ask, owed: ObligationRow | None) -> history.Show:
    """The values of its history in words; keys as what they name today, others stay out of sight."""
    named: dict[str, dict[Any, str]] = {
        "from_id": {thing.from_id: name_of(thing.asker)},
        "to_id": {thing.to_id: name_of(thing.asked)} if thing.asked else {},
        "project_id": {thing.project_id: thing.project_code} if thing.project else {},
        "obligation_id": {owed.id: owed.code} if owed else {},
    }

    def shown(key: str, value: Any) -> str:
        if value is None or value == "":
            return ""
        if value is _UNSEEN:
            return "…"
        if key in named:
            return named[key].get(value, "…")
        return str(words.VALUES[key].get(value, value)) if key in words.VALUES else str(value)

    return shown


def _agree_form(thing: Ask, formdata: Any = None) -> AgreeForm:
    form = AgreeForm(formdata=formdata, version=thing.version, debtor_code=thing.to_code)
    mine = policies.speaks_for(actor())
    may = party_choices(mine - {thing.from_id})
    form.debtor_code.choices = may if len(may) == 1 else unchosen(may)
    form.owner_email.choices = [("", "—"), *queries.people_of(mine, thing.to_code)]
    return form


@bp.route("/asks/<code>/edit", methods=["GET", "POST"])
@on(load=queries.ask, may=policies.change_ask)
def edit_ask(thing: Ask) -> Response:
    """Change the words of an ask that nobody has answered."""
    form = _form(thing)
    del form.from_code
    if form.attempt(
        lambda: operations.edit_ask(thing, actor=actor(), version=form.version.data, **form.facts())
    ):
        return saved(_address(thing), _("已保存"))
    again = afresh(thing)
    return page("projects/ask_form.html", form.status, form=form, ask=again, illustrative=again.illustrative)


def _address(thing: Ask) -> str:
    return url_for(".ask", code=thing.code)


@bp.post("/asks/<code>/agreement")
@on(load=queries.ask, may=policies.answer_ask)
def agree_ask(thing: Ask) -> Response:
    """Agree on who does what by when."""
    form = _agree_form(thing, request.form)

    def act() -> None:
        operations.agree(
            thing,
            actor=actor(),
            version=form.version.data,
            debtor_code=form.debtor_code.data or "",
            name=form.name.data or "",
            due_on=form.due_on.data,
            owner_email=form.owner_email.data or "",
            words=form.words.data or "",
        )

    if form.attempt(act):
        return saved(_address(thing), _("已议定，承诺已登记"))
    return _page(afresh(thing), form.status, agreeing=form)


_SAID = {"answer": operations.answer, "refusal": operations.decline, "closure": operations.close}
_DONE = {"withdrawal": operations.withdraw, "reopening": operations.reopen}


@bp.post("/asks/<code>/<any(answer, refusal, closure, withdrawal, reopening):act>")
@on(load=queries.ask_for, may=policies.move_ask)
def move_ask(pair: tuple[Ask, str]) -> Response:
    """Answer, decline, close, withdraw or raise again."""
    thing, act = pair
    if act in _DONE:
        plain = VersionForm()
        # A press on "undo" says only what is to be undone; a form says what its reader had seen, too.
        version = None if act == "reopening" and "version" not in request.form else plain.version.data
        bare = act == "withdrawal" and thing.life == "raised" and thing.answered_on is None
        undo = url_for(".move_ask", code=thing.code, act="reopening") if bare else None
        if plain.attempt(lambda: _DONE[act](thing, actor=actor(), version=version)):
            return saved(_address(thing), _("已撤回") if act == "withdrawal" else _("已记录"), undo=undo)
        telling = WordsForm(formdata=None, version=_again().version)
        telling.refusal, telling.conflict = plain.refusal, plain.conflict
        return _page(_again(), plain.status, telling=telling)
    form = WordsForm()
    if form.attempt(
        lambda: _SAID[act](thing, form.words.data or "", actor=actor(), version=form.version.data)
    ):
        return saved(_address(thing), _("已记录"))
    return _page(_again(), form.status, telling=form)
