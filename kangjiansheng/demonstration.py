"""The labelled demonstration: an illustrative portfolio, the cast, a meeting in each state."""

from dataclasses import dataclass

from sqlalchemy import select

from kangjiansheng.accounts.models import Person
from kangjiansheng.core.db import db

PASSWORD = "kangjiansheng"


@dataclass(frozen=True)
class Member:
    """One of the cast."""

    code: str
    email: str
    name_hans: str
    name_hant: str
    name_en: str
    roles: tuple[str, ...] = ()


CAST: tuple[Member, ...] = ()


def is_loaded() -> bool:
    """True when the cast can sign in here."""
    return db.session.scalar(select(Person.id).where(Person.illustrative).limit(1)) is not None


def load() -> bool:
    """Load everything, once; False when it is there already."""
    return False
