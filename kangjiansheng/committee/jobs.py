"""What the worker does for committees."""

from datetime import timedelta

from kangjiansheng.committee.operations import circulation, silence
from kangjiansheng.core.jobs import Job

ROUNDS = (
    Job("circulation", timedelta(minutes=1), circulation.look_after),
    Job("reviews", timedelta(minutes=5), silence.look_after),
)
