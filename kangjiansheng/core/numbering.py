"""Numbers within something: the risks of a project, the evidence of a milestone, the leases of a company; and codes that
are drawn, of what is within nothing that all its readers see."""

import secrets
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from kangjiansheng.core.db import db

# No vowel, so that no code is a word; of 0 O, 1 I L, 2 Z, 5 S and 8 B neither, and no U and V: read aloud and copied by
# hand it stays the same.
LETTERS, LONG = "34679CDFGHJKMNPQRTWXY", 5


def drawn(start: str, code: InstrumentedAttribute[str]) -> str:
    """A code that nobody has: RS-7KQ3M. It tells nothing of how many others there are, nor which came before: a number over
    all parties would tell each of them how much the others write.

    Of four million codes the same one can be drawn again; it is looked for, and another one drawn. Of two who draw the
    same at the same instant the database refuses the second.
    """
    while True:
        found = f"{start}-{''.join(_letter() for _ in range(LONG))}"
        if db.session.scalar(select(code).where(code == found)) is None:
            return found


def _letter() -> str:
    return secrets.choice(LETTERS)


def next_number(number: InstrumentedAttribute[int], within: InstrumentedAttribute[Any], of: Any) -> int:
    """The next `number` of a kind of rows `within` a thing, which they name in that column. The thing is held until the
    commit, so that of two who write at once the later one counts the earlier one's row as well."""
    owner = type(of)
    held = select(owner.id).where(owner.id == of.id).with_for_update(key_share=True)
    db.session.execute(held)
    return (db.session.scalar(select(func.max(number)).where(within == of.id)) or 0) + 1
