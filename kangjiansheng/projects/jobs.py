"""What the worker does for projects when somebody has asked for it."""

from kangjiansheng.core.queue import Handler
from kangjiansheng.projects.operations import sheets

HANDLERS: dict[str, Handler] = {
    sheets.READ: sheets.check,
    sheets.APPLY: sheets.apply,
    sheets.UNDO: sheets.undo,
}
