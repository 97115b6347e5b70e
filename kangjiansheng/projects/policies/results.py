"""Who may do what with results of research: the members of their institutions, and executives."""

from sqlalchemy import select

from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs.queries import own_institutions
from kangjiansheng.projects.models import Result
from kangjiansheng.projects.queries.hand_offs import sits_in


def register(actor: Actor) -> bool:
    """Results are registered by members of institutions, for their own, and by executives."""
    return actor.has("executive", "system") or bool(
        db.session.scalar(select(own_institutions(actor).exists()))
    )


def change(actor: Actor, one: Result) -> bool:
    """What is written of a result, and where it goes, is for the members of its institution and for executives."""
    return actor.has("executive", "system") or sits_in(actor, [one.institution_id])


def change_so(actor: Actor, pair: tuple[Result, str]) -> bool:
    """Putting it away, like every change."""
    return change(actor, pair[0])
