"""Sign-ins that failed, by time, account and address, and what is slowed down because of them: for who decides on rights."""

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts import policies
from kangjiansheng.accounts.operations import failures as operations
from kangjiansheng.accounts.queries import failures as found
from kangjiansheng.accounts.rules.failures import DAYS, LOCKS, MOST, Lock, heaped
from kangjiansheng.accounts.views import admin
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.pages import page, saved, with_args
from kangjiansheng.core.paging import cut


@admin.bp.get("/admin/failures")
@on(may=policies.secure)
def failures() -> Response:
    """What failed in the last days, and what is slowed down now."""
    asked = request.args.get("days", "")
    days = int(asked) if asked in map(str, DAYS) else DAYS[1]
    by = request.args.get("by", "")
    by = by if by in ("account", "address") else ""
    rows, locks = found.failures(days), found.locks()
    heaps = heaped(rows, by) if by else []
    people = found.accounts({one.account_id for one in rows} | {one.account_id for one in locks})
    return page(
        "admin/failures.html",
        locks=locks,
        kinds=LOCKS,
        rows=cut(heaps if by else rows, request.args.get("page")),
        total=len(rows),
        is_cut=len(rows) == MOST,
        by=by,
        days=days,
        accounts=people,
        ways=[
            (word, with_args(by=key or None, page=None), by == key, None)
            for key, word in (("", _("按时间")), ("account", _("按账号")), ("address", _("按地址")))
        ],
        spans=[
            (_("近 %(days)s 天", days=span) if span > 1 else _("近 24 小时"), with_args(days=span, page=None), days == span, None)
            for span in DAYS
        ],
        page_url=lambda number: with_args(page=number),
        illustrative=any(account.person.illustrative for account in people.values()),
    )  # fmt: skip


@admin.bp.post("/admin/failures/<int:number>/release")
@on(load=found.lock, may=policies.secure)
def release_lock(lock: Lock) -> Response:
    """Let somebody try again at once."""
    operations.release(lock, actor=actor())
    return saved(url_for(".failures"), _("已解除，可以马上再试"))
