"""Records of trial registries: read from their files, put into our vocabulary, compared with what we keep."""

from kangjiansheng.projects.rules.trials.files import LARGEST, Reading, read
from kangjiansheng.projects.rules.trials.record import DATES, Day, Remark, Trial

__all__ = ["DATES", "LARGEST", "Day", "Reading", "Remark", "Trial", "read"]
