"""What the worker does for administration: copies of the installation."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l

from kangjiansheng.accounts.operations import copies, telling
from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.core import stood
from kangjiansheng.core.jobs import Job
from kangjiansheng.core.queue import Handler, Report


def _ask() -> None:
    copies.ask_when_due(current_app.config["SETTINGS"])


def _make(asked: Mapping[str, Any], report: Report) -> None:
    copies.make(current_app.config["SETTINGS"], asked, report)


def _deliver() -> None:
    telling.deliver(current_app.config["SETTINGS"])


def _take_down() -> None:
    stood.take_down(actor=system_actor())


ROUNDS = (
    Job("rows", timedelta(hours=1), _take_down),
    Job("copies", timedelta(minutes=1), _ask),
    Job("webhooks", timedelta(seconds=5), _deliver, apart=True),
    Job("webhook-log", timedelta(hours=1), telling.forget),
)
HANDLERS: dict[str, Handler] = {copies.MAKE: _make}
WORDS = {
    "copies": _l("定时备份"),
    "rows": _l("补记各行的现状"),
    copies.MAKE: _l("制作备份"),
    copies.DRILL: _l("恢复演练"),
    "webhooks": _l("推送事件"),
    "webhook-log": _l("清除过期的推送记录"),
}
