"""What the clock starts on this floor."""

from datetime import timedelta

from kangjiansheng.core.jobs import Job
from kangjiansheng.labs.operations import nudging

ROUNDS = (Job("park_nudge", timedelta(hours=6), nudging.nudge),)
