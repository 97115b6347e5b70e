"""A person's calendar address: made, made anew, switched off."""

from kangjiansheng.accounts import queries, rules
from kangjiansheng.accounts.models import CalendarFeed, Person
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db


def make_feed(person: Person, *, actor: Actor) -> str:
    """A new address, shown this once; the one before it ends. Returns its path."""
    secret, digest = rules.new_secret()
    feed = queries.feed_of(person.id)
    if feed is None:
        feed = CalendarFeed(person_id=person.id, secret_sha256=digest, made_at=clock.now())
        db.session.add(feed)
    feed.secret_sha256, feed.made_at = digest, clock.now()
    db.session.flush()
    record("accounts:feed:make", person, actor=actor, before={}, after={"feed": True})
    return f"/calendar/{secret}.ics"


def end_feed(person: Person, *, actor: Actor) -> None:
    """Switch the address off; nothing happens when there is none."""
    feed = queries.feed_of(person.id)
    if feed is not None:
        db.session.delete(feed)
        record("accounts:feed:end", person, actor=actor, before={}, after={"feed": False})
