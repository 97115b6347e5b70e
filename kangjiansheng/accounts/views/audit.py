"""The audit trail for auditors: the list, an entry, a change set, the check of the chain, a copy to take along."""

from collections.abc import Callable
from datetime import date
from itertools import islice

from flask import Blueprint, abort, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts import operations, policies, queries
from kangjiansheng.accounts.queries import TrailFilter
from kangjiansheng.core import clock, i18n, trail, verify
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.audit import AuditEntry, covered
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.changes import Actor, ChangeSet
from kangjiansheng.core.db import db
from kangjiansheng.core.digests import canonical
from kangjiansheng.core.pages import page, with_args
from kangjiansheng.core.sheets import csv_bytes, download
from kangjiansheng.core.transactions import afterwards

bp = Blueprint("audit", __name__)
PAGE = 50
MOST = 100_000  # rows of one copy
NAMED = 200  # broken things that the page names
# Where a higher floor checks what was given to somebody; app.py fills it.
ways: list[Callable[[], tuple[str, str]]] = []


def _day(name: str) -> date | None:
    text = request.args.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        abort(400, _("日期“%(text)s”无法识别，请写成 2026-11-20 这样。", text=text[:40]))


def asked_filter() -> TrailFilter:
    """Which entries the address asks for."""
    words = {name: request.args.get(name, "").strip()[:60] for name in ("person", "act", "thing")}
    kind, _dot, number = request.args.get("one", "").rpartition(".")
    one = _number(number) if kind == words["thing"] else None  # another kind was chosen since
    alone = request.args.get("alone") == "1"
    return TrailFilter(**words, number=one, alone=alone, first=_day("from"), last=_day("to"))


def asked_before() -> int | None:
    """Before which entry the address begins."""
    return _number(request.args.get("before", ""))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@bp.get("/audit")
@on(may=policies.audit)
def entries() -> Response:
    """Every operation, newest first; filtered by person, act, thing and day."""
    wanted, before = asked_filter(), asked_before()
    found = queries.trail(wanted, before=before, limit=PAGE + 1)
    acts, things = queries.trail_kinds()
    shown = found[:PAGE]
    about = (wanted.thing, wanted.number) if wanted.thing and wanted.number else None
    meant = trail.meant(shown, about)
    return page(
        "audit/entries.html",
        illustrative=queries.has_illustrative(),
        entries=shown,
        who=trail.who(shown),
        meant=meant,
        words=trail,
        total=queries.trail_count(wanted),
        older=with_args(before=shown[-1].seq) if len(found) > PAGE else None,
        newest=with_args(before=None) if before else None,
        wanted=wanted,
        about=trail.named(*about, meant) if about else "",
        all_of_kind=with_args(before=None, one=None, alone=None),
        with_parts=with_args(before=None, alone=None if wanted.alone else "1"),
        ways=[way() for way in ways],
        people=[(p.code, i18n.name_of(p)) for p in queries.trail_people()],
        acts=[(act, trail.act_word(act)) for act in acts],
        things=[(thing, trail.thing_word(thing)) for thing in things],
        export=with_args(before=None).replace("/audit", "/audit.csv", 1),
    )


@bp.get("/audit/<int:seq>")
@on(load=queries.entry, may=policies.audit)
def entry(entry: AuditEntry) -> Response:
    """One entry: who, what, before and after in words, and its place in the chain."""
    meant = trail.meant([entry])
    return page(
        "audit/entry.html",
        illustrative=queries.has_illustrative(),
        entry=entry,
        who=trail.who([entry])[entry.id],
        called=trail.called(entry, meant),
        words=trail,
        changes=trail.changes_of(entry, meant),
    )


@bp.get("/audit/changes/<int:number>")
@on(load=queries.change_set, may=policies.audit)
def change(change: ChangeSet) -> Response:
    """One change set: its entries, and the append-only rows that they cover."""
    found = queries.entries_of(change)
    return page(
        "audit/change.html",
        illustrative=queries.has_illustrative(),
        change=change,
        entries=found,
        who=trail.who(found),
        meant=trail.meant(found),
        words=trail,
        rows=queries.rows_of(change),
    )


@bp.get("/audit/verify")
@on(may=policies.audit)
@costly
def check() -> Response:
    """Check the whole chain and every row that it covers; name what was changed, and stop at what nobody would read."""
    count, head = queries.trail_head()
    found = list(islice(verify.problems(db.session()), NAMED + 1))
    return page(
        "audit/verify.html",
        illustrative=queries.has_illustrative(),
        covered=sorted({trail.thing_word(kind.__tablename__) for kind in covered()}),
        problems=found[:NAMED],
        more=len(found) > NAMED,
        count=count,
        head=head,
        at=clock.now(),
    )


@bp.get("/audit.csv")
@on(may=policies.audit)
@costly
def export() -> Response:
    """The entries of the filter as a table; that somebody took it leaves an entry itself."""
    found = queries.trail(asked_filter(), limit=MOST)
    heads = ["seq", "recorded_at_utc", "actor_id", "actor", "act", "act_words", "thing", "thing_id", "before",
             "after", "change_set", "rows_digest", "prev_hash", "hash"]  # fmt: skip
    rows = [_row(row) for row in found]
    who: Actor = actor()
    afterwards(lambda: _note(who, len(rows)))
    if queries.has_illustrative():
        heads.append(_("示例数据"))
    return download("csv", f"audit-{clock.today().isoformat()}", csv_bytes(heads, rows))


def _row(row: AuditEntry) -> list[object]:
    return [
        row.seq, row.recorded_at.isoformat(), row.actor_id, row.actor_label, row.act, trail.act_word(row.act),
        row.thing, row.thing_id, canonical(row.before).decode(), canonical(row.after).decode(),
        row.change_set_id, row.rows_digest, row.prev_hash, row.hash,
    ]  # fmt: skip


def _note(who: Actor, rows: int) -> None:
    account = queries.own_account(actor=who)
    if account:
        operations.note_export(account.person, rows, actor=who)
