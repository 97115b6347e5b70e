"""The sections at the top of each page, the offices in the menus, and the numbers beside them."""

from typing import Any

from flask import g
from flask_babel import gettext as _
from sqlalchemy import Select, select

from kangjiansheng.core import outbox
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.doors import once_a_day
from kangjiansheng.core.routing import address as url_for
from kangjiansheng.projects import queries as project_queries


def navigation() -> list[dict[str, Any]]:
    """The sections at the top of each page; `office` ones stand in the menus of those who hold one."""
    return [
        {"key": "overview", "label": _("总览"), "href": url_for("overview.home"), "icon": "layout-dashboard"},
        {"key": "table", "label": _("一张桌"), "href": url_for("overview.table"), "icon": "circles"},
        {"key": "labs", "label": _("联合实验室"), "href": url_for("labs.labs"), "icon": "flask-2"},
        {"key": "projects", "label": _("项目"), "href": url_for("projects.projects"), "icon": "dna-2"},
        {
            "key": "committee",
            "label": _("科学委员会"),
            "href": url_for("committee.committee", code="SAC"),
            "icon": "notes",
        },
        {
            "key": "mine",
            "label": _("我的里程碑"),
            "href": url_for("projects.mine"),
            "icon": "clipboard-check",
        },
        *_offices(),
    ]


def _offices() -> list[dict[str, Any]]:
    offices: list[dict[str, Any]] = []
    if g.actor.has("admin", "security"):
        address, icon = url_for("admin.people"), "adjustments-horizontal"
        offices.append({"key": "admin", "label": _("管理"), "href": address, "icon": icon, "office": True})
    if g.actor.has("auditor"):
        address, icon = url_for("audit.entries"), "shield-lock"
        offices.append(
            {"key": "audit", "label": _("审计记录"), "href": address, "icon": icon, "office": True}
        )
    return offices


def counts() -> dict[str, int]:
    """The numbers beside the sections and at the bell; one statement."""
    row = db.session.execute(_counting(g.actor)).one()
    return {"mine": row[0], "notifications": row[1]}


@once_a_day
def _counting(actor: Actor) -> Select[int, int]:
    mine = project_queries.mine_to_update(actor=actor).scalar_subquery()
    return select(mine, outbox.unread(actor.id).scalar_subquery())
