"""What the worker does for the overview: packs by mail."""

from datetime import timedelta

from kangjiansheng.core.db import db
from kangjiansheng.core.jobs import Job
from kangjiansheng.core.logs import log
from kangjiansheng.core.transactions import writing
from kangjiansheng.overview.operations import deliveries
from kangjiansheng.overview.queries.deliveries import Due, due
from kangjiansheng.overview.views.pack import sending


def send_packs() -> None:
    """The mails whose hour has come. A pack is read and its file made without a lock: nobody's save waits for it."""
    waiting = due()
    db.session.rollback()
    for one in waiting:
        try:
            _send(one)
        except Exception as problem:
            db.session.rollback()
            facts = {"delivery": one.delivery_id, "problem": type(problem).__name__}
            log.exception("a pack was not sent", extra={"facts": facts})


def _send(one: Due) -> None:
    asking = sending.asked_for(one)
    facts, file = sending.made(one, asking)
    with writing():
        deliveries.send(one, facts, address=asking.path, compare=asking.compare, file=file)


ROUNDS = (Job("packs", timedelta(minutes=1), send_packs, apart=True),)
