"""What administrators do with group robots, each with its entry in the trail."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from kangjiansheng.core import clock
from kangjiansheng.core.calendar import is_quiet
from kangjiansheng.core.changes import Actor, begin, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.messengers import MESSENGERS, RHYTHMS, TEST, Post, Robot, addresses, kinds, put
from kangjiansheng.core.messengers.delivery import drop


def robots() -> list[Robot]:
    """All robots that are there, by name."""
    return list(db.session.scalars(select(Robot).where(Robot.removed_at.is_(None)).order_by(Robot.name)))


def robot(*, actor: Actor, number: int) -> Robot | None:
    """A robot that is there."""
    found = db.session.get(Robot, number)
    return found if found and not found.removed_at else None


def post(*, actor: Actor, number: int, post_number: int) -> Post | None:
    """A message of a robot that is there."""
    found = db.session.get(Post, post_number)
    return found if found and found.robot_id == number and not found.robot.removed_at else None


def posts(of: Robot, limit: int = 30) -> list[Post]:
    """The latest messages of a robot, newest first."""
    query = select(Post).where(Post.robot_id == of.id).order_by(Post.id.desc()).limit(limit)
    return list(db.session.scalars(query))


def last_posts() -> dict[int, Post]:
    """The latest message that each robot has tried to send."""
    latest = select(func.max(Post.id)).where(Post.tried_at.is_not(None)).group_by(Post.robot_id)
    query = select(Post).where(Post.id.in_(latest))
    return {found.robot_id: found for found in db.session.scalars(query)}


def add(
    *, actor: Actor, messenger: str, address: str, secret: str, allowed: frozenset[str], **settings: Any
) -> Robot:
    """Keep a new robot. It is off until somebody switches it on."""
    if messenger not in MESSENGERS:
        raise RuleBroken("core:robot-messenger", "messenger")
    _check(settings)
    _check_keys(messenger, address, secret, allowed)
    found = Robot(
        messenger=messenger,
        address=address,
        secret=secret,
        keys_set_at=clock.now(),
        enabled=False,
        **settings,
    )
    db.session.add(found)
    db.session.flush()
    record("core:robot:add", found, actor=actor, before={})
    return found


def edit(
    thing: Robot,
    *,
    actor: Actor,
    version: int | None,
    address: str,
    secret: str,
    unsigned: bool,
    allowed: frozenset[str],
    **settings: Any,
) -> Robot:
    """Change a robot. An empty address or secret leaves what is kept; `unsigned` forgets the secret."""
    expect(thing, version)
    _check(settings, besides=thing.id)
    if thing.enabled and not settings["kinds"]:
        raise RuleBroken("core:robot-no-kinds", "kinds")
    before = thing.state()
    if address or secret or unsigned:
        address = address or thing.address
        secret = "" if unsigned else secret or thing.secret
        _check_keys(thing.messenger, address, secret, allowed)
        if (address, secret) != (thing.address, thing.secret):
            thing.address, thing.secret, thing.keys_set_at = address, secret, clock.now()
    for key, value in settings.items():
        setattr(thing, key, value)
    if thing.rhythm == "each":  # nothing is held for a summary that does not come
        for held in db.session.scalars(select(Post).where(Post.robot_id == thing.id, Post.state == "held")):
            held.state = "waiting"
    record("core:robot:edit", thing, actor=actor, before=before)
    return thing


def _check(settings: dict[str, Any], *, besides: int = 0) -> None:
    wanted: Sequence[str] = settings["kinds"]
    if not set(wanted) <= set(kinds()) or settings["rhythm"] not in RHYTHMS:
        raise RuleBroken("core:robot-unknown", "kinds")
    if (
        is_quiet(settings["hour"], settings["quiet_from"], settings["quiet_to"])
        and settings["rhythm"] != "each"
    ):
        raise RuleBroken("core:robot-hour-quiet", "hour", hour=f"{settings['hour']:02}:00")
    same = select(Robot.id).where(
        Robot.name == settings["name"], Robot.removed_at.is_(None), Robot.id != besides
    )
    if db.session.scalar(same):
        raise RuleBroken("core:robot-name-taken", "name", name=settings["name"])


def _check_keys(messenger: str, address: str, secret: str, allowed: frozenset[str]) -> None:
    addresses.check(messenger, address, allowed)
    if secret and messenger == "wecom":
        raise RuleBroken("core:robot-unsigned", "secret")


def switch(thing: Robot, on: bool, *, actor: Actor) -> None:
    """Let a robot speak from now on, or not any longer; what waited is dropped."""
    if on and not thing.kinds:
        raise RuleBroken("core:robot-no-kinds", "kinds")
    before = thing.state()
    thing.enabled = on
    if on:
        thing.paused_until = None
    else:
        drop(thing)
    record("core:robot:enable" if on else "core:robot:disable", thing, actor=actor, before=before)


def remove(thing: Robot, *, actor: Actor) -> None:
    """Take a robot away and forget its keys; what it has sent stays in the record."""
    before = thing.state()
    thing.enabled, thing.removed_at, thing.address, thing.secret = False, clock.now(), "", ""
    drop(thing)
    record("core:robot:remove", thing, actor=actor, before=before)


def send_test(thing: Robot, *, actor: Actor) -> Post:
    """Queue a message that says that it is a test: at any hour, and also while the robot is off."""
    thing.paused_until = None
    change = begin(actor=actor)
    record("core:robot:test", thing, actor=actor, before={"test": None}, after={"test": True}, change=change)
    return put(thing, f"{change.id}:{TEST}", TEST, {"count": 1, "thing": "", "illustrative": False})


def send_again(thing: Post, *, actor: Actor) -> None:
    """Queue a message that failed, or of which nobody knows, once more: somebody has looked into the group."""
    if thing.state not in ("failed", "unsure") or not (thing.robot.enabled or thing.kind == TEST):
        raise RuleBroken("core:robot-not-again")
    thing.robot.paused_until = None
    thing.state, thing.attempts, thing.due_at, thing.problem, thing.answer = "waiting", 0, clock.now(), "", ""
    record(
        "core:robot:again", thing.robot, actor=actor, before={"message": None}, after={"message": thing.id},
        change=begin(actor=actor),
    )  # fmt: skip
