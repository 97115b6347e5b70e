"""What is true of committees, meetings and minutes, without a database."""

from kangjiansheng.committee.rules.acts import ACTS

__all__ = ["ACTS"]
