"""What the worker does for committees."""

from datetime import timedelta

from flask_babel import lazy_gettext as _l

from kangjiansheng.committee.operations import circulation, silence
from kangjiansheng.core.jobs import Job

ROUNDS = (
    Job("circulation", timedelta(minutes=1), circulation.look_after),
    Job("reviews", timedelta(minutes=5), silence.look_after),
)
WORDS = {"circulation": _l("传签到期"), "reviews": _l("审阅到期与催办")}
