"""Sheets that were edited elsewhere: received, checked without writing, applied in one act, undone as one."""

from kangjiansheng.projects.operations.sheets.applying import apply
from kangjiansheng.projects.operations.sheets.checking import check
from kangjiansheng.projects.operations.sheets.effect import effect
from kangjiansheng.projects.operations.sheets.receiving import (
    ACCEPTABLE,
    APPLY,
    READ,
    UNDO,
    accept,
    accept_all,
    again,
    ask_undo,
    consent,
    discard,
    receive,
    receive_pasted,
)
from kangjiansheng.projects.operations.sheets.undoing import undo

__all__ = [
    "ACCEPTABLE",
    "APPLY",
    "READ",
    "UNDO",
    "accept",
    "accept_all",
    "again",
    "apply",
    "ask_undo",
    "check",
    "consent",
    "discard",
    "effect",
    "receive",
    "receive_pasted",
    "undo",
]
