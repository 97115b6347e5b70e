"""What is true of committees, meetings and minutes, without a database."""

from kangjiansheng.committee.rules.acts import ACTS, FIELDS, THINGS, VALUES

__all__ = ["ACTS", "FIELDS", "THINGS", "VALUES"]
