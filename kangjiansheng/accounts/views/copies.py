"""The copies that the worker keeps: the last ones, one more at once, and a drill that restores one."""

from datetime import timedelta

from flask import Blueprint, current_app, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from kangjiansheng.accounts import policies
from kangjiansheng.accounts.models.copies import Drill, KeptCopy
from kangjiansheng.accounts.operations import copies as operations
from kangjiansheng.accounts.queries import copies as queries
from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.pages import page, saved

bp = Blueprint("copies", __name__)


@bp.get("/admin/copies")
@on(may=policies.administer)
def copies() -> Response:
    """The last copies with their drills, and when the next one is made."""
    known = current_app.config["SETTINGS"]
    found = queries.copies()
    return page(
        "admin/copies.html",
        copies=found,
        newest=next((one for one in found if one.state == "whole"), None),
        failing=bool(found) and found[0].state == "failed",
        waiting=any(one.state == "waiting" for one in found),
        folder=known.backup_folder,
        encrypted=known.backup_key is not None,
        keep=known.backup_keep,
        next_at=queries.due_at(clock.now(), known.backup_hour) + timedelta(days=1),
        drill_words=drill_words,
    )


def drill_words(drill: Drill) -> str:
    """What a drill has found, in a sentence."""
    if drill.state == "waiting":
        return _("正在演练")
    if drill.state == "failed":
        return _("没有通过：%(problem)s", problem=drill.found["problems"][0])
    return _(
        "已恢复并逐项核对：%(rows)s 行数据、%(entries)s 条审计记录、%(signatures)s 个签名、%(files)s 个文件，全部完好，用时 %(time)s。",
        time=ngettext("%(num)d 秒", "%(num)d 秒", drill.found["seconds"]),
        **{key: drill.found[key] for key in ("rows", "entries", "signatures", "files")},
    )


@bp.post("/admin/copies")
@on(may=policies.administer)
@costly
def make_copy() -> Response:
    """Ask for a copy at once; the worker makes it."""
    operations.ask(current_app.config["SETTINGS"], actor=actor())
    return saved(url_for(".copies"), _("已安排，稍后刷新即可看到结果"))


@bp.post("/admin/copies/<int:number>/drill")
@on(load=queries.copy, may=policies.administer)
@costly
def drill(copy: KeptCopy) -> Response:
    """Ask for a drill with one copy."""
    operations.ask_drill(copy, actor=actor())
    return saved(url_for(".copies"), _("已安排演练，稍后刷新即可看到结果"))
