"""What the worker does for projects: what the clock starts, and what somebody has asked for."""

from datetime import timedelta

from kangjiansheng.core.jobs import Job
from kangjiansheng.core.queue import Handler
from kangjiansheng.projects.operations import reminders, sheets

ROUNDS = (Job("digest", timedelta(minutes=1), reminders.remind),)

HANDLERS: dict[str, Handler] = {
    sheets.READ: sheets.check,
    sheets.APPLY: sheets.apply,
    sheets.UNDO: sheets.undo,
}
