"""Files that show that an action was done. The door is that of the action."""

from collections.abc import Iterable

from sqlalchemy import select

from kangjiansheng.committee.models import Action
from kangjiansheng.committee.queries import loaders
from kangjiansheng.committee.queries.visible import sees_proof
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.files import FileRef

THING = "action"


def files_of(actions: Iterable[Action], *, actor: Actor) -> dict[int, list[FileRef]]:
    """The files of actions that are done and that the caller let the actor see, in the order in which they came."""
    keys = [action.id for action in actions if action.life == "done"]
    query = select(FileRef).where(
        FileRef.thing == THING, FileRef.thing_id.in_(keys), FileRef.removed_at.is_(None), sees_proof(actor)
    )
    found: dict[int, list[FileRef]] = {}
    for ref in db.session.scalars(query.order_by(FileRef.version_no)) if keys else ():
        found.setdefault(ref.thing_id, []).append(ref)
    return found


def of_action(*, actor: Actor, number: str, file: int) -> tuple[Action, FileRef] | None:
    """One file of an action that the actor may see."""
    action = loaders.action(actor=actor, number=number)
    if action is None:
        return None
    return next(
        (
            (action, ref)
            for ref in files_of([action], actor=actor).get(action.id, [])
            if ref.version_no == file
        ),
        None,
    )
