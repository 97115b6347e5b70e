"""Whom we tell, in which words."""

from kangjiansheng.core.outbox import Words

WORDS: dict[str, Words] = {}
