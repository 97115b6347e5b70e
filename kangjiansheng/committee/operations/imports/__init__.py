"""Minutes from elsewhere: read, corrected, and written in one act as a held meeting with its minutes.

No people are invented: a name that is nobody here stays text. Nothing is sent to anybody: what is told is past.
"""

from kangjiansheng.committee.operations.imports.receiving import correct, discard, receive, text_of
from kangjiansheng.committee.operations.imports.undoing import freeze, undo
from kangjiansheng.committee.operations.imports.writing import apply

__all__ = ["apply", "correct", "discard", "freeze", "receive", "text_of", "undo"]
