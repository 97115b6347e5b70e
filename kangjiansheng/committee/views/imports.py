"""Minutes from elsewhere: choose a file, look at what was recognised, correct it, import it, take it back."""

from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.committee import policies
from kangjiansheng.committee.forms import imports as words
from kangjiansheng.committee.forms.base import VersionedForm
from kangjiansheng.committee.models import Committee, Meeting, MinutesImport
from kangjiansheng.committee.operations import imports as operations
from kangjiansheng.committee.queries import imports as reading
from kangjiansheng.committee.queries import loaders
from kangjiansheng.committee.queries.imports import Look
from kangjiansheng.committee.rules.sources.found import KINDS
from kangjiansheng.committee.rules.sources.plan import LONGEST, TEXTS
from kangjiansheng.committee.views.base import bp, page
from kangjiansheng.core import files
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.clock import SHANGHAI
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.i18n import explain, name_of
from kangjiansheng.core.pages import of_today, saved
from kangjiansheng.core.text import line

PATH = "/committees/<code>/imports"
LIFE = {"read": "gate", "applied": "done", "undone": "idle"}


@bp.route(PATH, methods=["GET", "POST"])
@on(load=loaders.committee, may=policies.plan_meetings)
@costly
@of_today
def imports(committee: Committee) -> Any:
    """Choose a file, or paste; and what became of the earlier ones."""
    form, code = words.SourceForm(), committee.code
    row = form.attempt(lambda: _receive(committee, form))
    if row:
        return saved(url_for(".import_", code=code, number=row.id), _("已读取，尚未导入"))
    committee = afresh(committee)
    return page(
        "imports.html", form.status, committee=committee, form=form, life=LIFE, words=words,
        rows=reading.imports(committee, actor=actor()),
    )  # fmt: skip


def _receive(committee: Committee, form: words.SourceForm) -> MinutesImport:
    brought, pasted, origin = form.file.data, form.pasted.data or "", form.origin.data or ""
    named = getattr(brought, "filename", "")
    if named and pasted:
        raise RuleBroken("committee:import-both", "pasted")
    if named:
        return operations.receive(committee, named, brought.read(), actor=actor(), origin=origin)
    if not pasted:
        raise RuleBroken("committee:import-one", "file")
    return operations.receive(
        committee, "pasted.md", pasted.encode(), actor=actor(), pasted=True, origin=origin
    )


@bp.route(f"{PATH}/<int:number>", methods=["GET", "POST"])
@on(load=reading.reading, may=policies.keep_import)
@costly
@of_today
def import_(row: MinutesImport) -> Any:
    """The dry run with its corrections; once it is imported, what became of it."""
    form, code, number = VersionedForm(), row.committee.code, row.id
    if request.method == "GET":
        return _page(row, VersionedForm(formdata=None, obj=row), 200)
    chosen = _chosen(row)
    wants = request.form.get("act", "look")

    def act() -> Any:
        operations.correct(row, chosen, version=form.seen)
        if wants == "import":
            return operations.apply(row, actor=actor(), life=request.form.get("life", "")).code
        return True

    done = form.attempt(act)
    if isinstance(done, str):
        return saved(url_for(".minutes" if wants == "import" else ".imports", code=done), _("已导入"))
    if done:
        return saved(url_for(".import_", code=code, number=number), _("已按您的更正重新读取"))
    again = afresh(row)
    if again.state == "read" and form.status == 422:
        again.chosen = chosen  # shown as typed; nothing is written by a form that failed
    return _page(again, form, form.status)


def _page(row: MinutesImport, form: VersionedForm, status: int) -> Response:
    if row.state != "read":
        return page(
            "import_done.html", status, row=row, form=form, committee=row.committee, words=words, life=LIFE,
            undoable=row.state == "applied" and row.meeting is not None and row.meeting.minutes is not None
            and row.meeting.minutes.life == "draft", illustrative=bool(row.meeting and row.meeting.illustrative),
        )  # fmt: skip
    seen = reading.look_again(row, actor=actor())
    return page(
        "import.html", status, row=row, form=form, seen=seen, committee=row.committee, words=words,
        names=reading.names_in(seen.found), problems=_problems(seen), chosen_life=request.form.get("life", "draft"),
        hour=lambda at: at.astimezone(SHANGHAI).strftime("%H:%M") if at else "", illustrative=seen.plan.illustrative,
        name_key=reading.key_of, unnamed=reading.unnamed(seen),
    )  # fmt: skip


def _problems(seen: Look) -> list[dict[str, str]]:
    return [
        {"where": p.where, "text": explain(RuleBroken(p.code, None, **p.facts)), "meeting": p.meeting}
        for p in seen.problems
    ]


def _chosen(row: MinutesImport) -> dict[str, Any]:
    """What the form says that differs from the reading; a field that is not sent changes nothing."""
    sent = request.form
    chosen: dict[str, Any] = {key: line(sent[key]) for key in TEXTS if key in sent}
    # No day, hour or number is so long: what is cut of one is not readable either, and that is said.
    chosen |= {
        key: line(sent[key])[:LONGEST] for key in ("day", "starts", "ends", "running_no") if key in sent
    }
    seen = reading.look(row.committee, row.text, row.name, row.sha256, {}, actor=actor())
    pieces = seen.found.pieces
    kinds = {str(n): sent.get(f"kind-{n}", "") for n in range(len(pieces))}
    chosen["kinds"] = {n: kind for n, kind in kinds.items() if kind in KINDS and kind != pieces[int(n)].kind}
    allowed = {str(key) for key in {*(person.id for person in seen.persons), *reading.said_in(row), 0}}
    names = reading.names_in(seen.found)
    chosen["people"] = {
        name: int(sent[f"who-{n}"])
        for n, name in enumerate(names)
        if sent.get(f"who-{n}") in allowed
        and int(sent[f"who-{n}"]) != (p.id if (p := seen.people.get(name)) else 0)
    }
    chosen["modes"] = {
        name: sent[f"mode-{n}"]
        for n, name in enumerate(names)
        if f"mode-{n}" in sent and sent[f"mode-{n}"] != seen.plan.modes.get(name, "")
    }
    chosen["others"] = {
        str(person.id): sent[f"other-{person.id}"] for person in seen.seated if sent.get(f"other-{person.id}")
    }
    if "asides" in sent:
        chosen["asides_off"] = [n for n in range(len(seen.found.asides)) if f"aside-{n}" not in sent]
    chosen["illustrative"] = "illustrative" in sent
    return chosen


@bp.get(f"{PATH}/<int:number>/file")
@on(load=reading.reading, may=policies.keep_import)
@of_today
def import_file(row: MinutesImport) -> Response:
    """The file as it was sent."""
    return files.answer(reading.file_of(row) or abort(404))


@bp.post(f"{PATH}/<int:number>/discard")
@on(load=reading.reading, may=policies.keep_import)
def discard_import(row: MinutesImport) -> Response:
    """Leave a reading that is not wanted."""
    code = row.committee.code
    operations.discard(row, actor=actor())
    return saved(url_for(".imports", code=code), _("已放弃，没有导入任何内容"))


@bp.post(f"{PATH}/<int:number>/undo")
@on(load=reading.reading, may=policies.keep_import)
def undo_import(row: MinutesImport) -> Any:
    """Take an imported draft back."""
    form, code = VersionedForm(), row.committee.code
    if form.attempt(lambda: operations.undo(row, actor=actor())):
        return saved(url_for(".imports", code=code), _("已撤销这次导入"))
    return _page(afresh(row), form, form.status)


@bp.route("/meetings/<code>/minutes/record", methods=["GET", "POST"])
@on(load=loaders.meeting, may=policies.edit_minutes)
@of_today
def record_minutes(meeting: Meeting) -> Any:
    """An imported draft becomes a record, after a page that says what follows."""
    minutes = meeting.minutes
    if minutes is None or minutes.life != "draft" or reading.import_of(meeting) is None:
        abort(404)
    if request.method == "GET":
        return page(
            "confirm.html",
            meeting=meeting,
            title=_("登记为记录"),
            about=name_of(meeting),
            what=_("登记之后文字锁定，不经签署，也不能再撤销导入；委员会成员即可阅读。"),
            back=url_for(".minutes", code=meeting.code),
            illustrative=meeting.illustrative,
        )
    operations.freeze(minutes, actor=actor())
    return saved(url_for(".minutes", code=meeting.code), _("已登记为记录"))
