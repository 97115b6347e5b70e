"""What the worker does for committees."""

from datetime import timedelta

from kangjiansheng.committee.operations import circulation
from kangjiansheng.core.jobs import Job

ROUNDS = (Job("circulation", timedelta(minutes=1), circulation.look_after),)
