"""The worker's part: summaries when they are due, then one message after another, each in three steps.

Take it (a short transaction), send it (none: no lock is held while another machine is waited for), note what became
of it (a short transaction). A message leaves at most once: when nobody answered it is not sent again by itself.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select

from kangjiansheng.core import clock, outgoing
from kangjiansheng.core.calendar import is_digest_time, is_quiet
from kangjiansheng.core.config import Settings
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.logs import log
from kangjiansheng.core.messengers import (
    SUMMARY,
    TEST,
    Post,
    Robot,
    addresses,
    dialects,
    put,
    words,
)
from kangjiansheng.core.messengers.dialects import Outcome
from kangjiansheng.core.outbox import RETRIES
from kangjiansheng.core.transactions import writing

PER_MINUTE = 20  # what each messenger takes of one robot
AT_ONCE = 5  # so many that wait become one summary: as after the quiet hours
IN_A_ROUND = 10  # then the worker sees to its other work
PAUSE = timedelta(seconds=60)  # of a robot after a failure
LEASE = timedelta(seconds=60)  # after which a message whose worker died counts as unsure


@dataclass(frozen=True)
class Taken:
    """A message on its way, free of the database."""

    post_id: int
    messenger: str
    address: str
    secret: str
    words: str


def deliver(settings: Settings) -> int:
    """Send what is due; returns how many were sent."""
    if not _anything():
        return 0
    with writing():
        _give_up_on_the_dead()
        _sum_up()
    sent = 0
    for _turn in range(IN_A_ROUND):
        with writing():
            taken = _take(settings)
        if taken is None:
            break
        outcome = _send(taken, settings)
        with writing():
            _note(taken, outcome)
        sent += outcome.state == "sent"
    return sent


def _anything() -> bool:
    """Whether there is any robot at all, without a lock: mostly there is none."""
    return db.session.scalar(select(Robot.id).where(Robot.removed_at.is_(None)).limit(1)) is not None


def _give_up_on_the_dead() -> None:
    lost = select(Post).where(Post.state == "sending", Post.tried_at < clock.now() - LEASE)
    for post in db.session.scalars(lost.with_for_update(skip_locked=True)):
        post.state, post.problem = "unsure", "worker-died"


def _sum_up() -> None:
    now = clock.now()
    robots = select(Robot).where(Robot.enabled.is_(True)).order_by(Robot.id)
    for robot in db.session.scalars(robots.with_for_update(skip_locked=True)):
        if robot.rhythm == "each":
            _merge(robot, "waiting", f"{SUMMARY}:{now.isoformat()}", least=AT_ONCE)
        elif _is_due(robot, now):
            robot.summed_on = clock.day_of(now)
            _merge(robot, "held", f"{SUMMARY}:{robot.summed_on.isoformat()}", least=1)


def _is_due(robot: Robot, now: datetime) -> bool:
    """Once a working day, or on the first working day of a week, from the robot's hour on."""
    if not is_digest_time(now, robot.hour, robot.quiet_from, robot.quiet_to):
        return False
    return robot.summed_on is None or _period(robot.summed_on, robot) != _period(clock.day_of(now), robot)


def _period(day: date, robot: Robot) -> object:
    return day.isocalendar()[:2] if robot.rhythm == "weekly" else day


def _merge(robot: Robot, state: str, key: str, *, least: int) -> None:
    """Make one message of those that wait and were never tried."""
    query = select(Post).where(
        Post.robot_id == robot.id, Post.state == state, Post.attempts == 0, Post.kind.not_in((TEST, SUMMARY))
    )
    posts = list(db.session.scalars(query.order_by(Post.id).with_for_update(skip_locked=True)))
    if len(posts) < least:
        return
    counts: Counter[str] = Counter()
    for post in posts:
        counts[post.kind] += post.facts["count"]
        post.state = "merged"
    facts = {"counts": dict(counts), "illustrative": any(post.facts["illustrative"] for post in posts)}
    put(robot, key, SUMMARY, facts)


def _take(settings: Settings) -> Taken | None:
    """The message that has waited longest and may leave now, marked as on its way."""
    now = clock.now()
    full = _full(now)
    rested = or_(Robot.paused_until.is_(None), Robot.paused_until <= now)
    there = select(Robot).where(Robot.removed_at.is_(None), rested)
    robots = [robot for robot in db.session.scalars(there) if robot.id not in full]
    awake = [robot.id for robot in robots if robot.enabled and not _sleeps(robot, now)]
    query = (
        select(Post)
        .where(
            Post.state == "waiting",
            Post.due_at <= now,
            Post.robot_id.in_([robot.id for robot in robots]),
            or_(Post.kind == TEST, Post.robot_id.in_(awake)),
        )
        .order_by(Post.due_at, Post.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    post = db.session.scalar(query)
    if post is None:
        return None
    post.state, post.tried_at, post.attempts = "sending", now, post.attempts + 1
    robot = post.robot
    said = words.message(post, robot.locale, settings.base_url)
    return Taken(post.id, robot.messenger, robot.address, robot.secret, said)


def _sleeps(robot: Robot, now: datetime) -> bool:
    return is_quiet(now.astimezone(clock.SHANGHAI).hour, robot.quiet_from, robot.quiet_to)


def _full(now: datetime) -> set[int]:
    """Robots that have spoken as often within a minute as their messenger lets them."""
    query = (
        select(Post.robot_id)
        .where(Post.tried_at > now - timedelta(minutes=1))
        .group_by(Post.robot_id)
        .having(func.count() >= PER_MINUTE)
    )
    return set(db.session.scalars(query))


def _send(taken: Taken, settings: Settings) -> Outcome:
    allowed = settings.messenger_hosts
    try:
        addresses.check(taken.messenger, taken.address, allowed)
    except RuleBroken:  # the operator has taken a host back since
        return Outcome("failed", "not-allowed")
    address, body = dialects.request(taken.messenger, taken.address, taken.secret, taken.words, clock.now())
    try:
        private = outgoing.origin_of(taken.address) in allowed
        outcome = dialects.read(taken.messenger, *outgoing.post(address, body, private=private))
    except outgoing.NotReached as problem:
        return Outcome("later", str(problem))
    except outgoing.NoAnswer as problem:
        return Outcome("unsure", str(problem))
    return Outcome(outcome.state, outcome.problem, _without(outcome.answer, taken))


def _without(answer: str, taken: Taken) -> str:
    """What the messenger said, without the keys that it may have repeated."""
    for part in addresses.secrets_in(taken.address, taken.secret):
        answer = answer.replace(part, "…")
    return answer


def _note(taken: Taken, outcome: Outcome) -> None:
    """Keep what became of a message: a try that may be repeated waits twice as long as the last time."""
    post = db.session.get(Post, taken.post_id, with_for_update=True)
    if post is None or post.state != "sending":
        return
    now = clock.now()
    post.problem, post.answer = outcome.problem, outcome.answer
    if outcome.state == "sent":
        post.state, post.sent_at = "sent", now
        return
    post.state = outcome.state
    if outcome.state == "later":
        post.state = "waiting" if post.attempts < RETRIES else "failed"
        post.due_at = now + timedelta(seconds=30 * 2**post.attempts)
    if outcome.state in ("later", "unsure"):
        post.robot.paused_until = now + PAUSE
    facts = {"robot": post.robot_id, "post": post.id, "state": post.state, "problem": post.problem}
    log.warning("group message not delivered", extra={"facts": facts})


def drop(robot: Robot, states: Iterable[str] = ("held", "waiting")) -> None:
    """What has not left a robot that is switched off never leaves it."""
    for post in db.session.scalars(
        select(Post).where(Post.robot_id == robot.id, Post.state.in_(list(states)))
    ):
        post.state = "dropped"
