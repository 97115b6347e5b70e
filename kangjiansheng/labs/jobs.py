"""What the clock starts on this floor."""

from datetime import timedelta

from flask_babel import lazy_gettext as _l

from kangjiansheng.core.jobs import Job
from kangjiansheng.labs.operations import nudging

ROUNDS = (Job("park_nudge", timedelta(hours=6), nudging.nudge),)
WORDS = {"park_nudge": _l("提醒久未联系的企业")}
