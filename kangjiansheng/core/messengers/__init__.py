"""Notices in the company's messenger: group robots of WeCom, Feishu and DingTalk, and what waits for them.

A group is not a person: nobody here knows who reads it. So a message names the kind of an event and how many,
never a name, a text or a date; the code of a thing only when whoever is signed in may see that thing anyway,
asked anew when the message leaves. Everything else is behind the link, and behind the sign-in.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kangjiansheng.core import clock
from kangjiansheng.core.changes import ChangeSet
from kangjiansheng.core.db import Base, Label, Versioned, Word, db

MESSENGERS = ("wecom", "feishu", "dingtalk")
RHYTHMS = ("each", "daily", "weekly")
TEST, SUMMARY = "core:test", "core:summary"  # what is no event: a try from the page, and many events in one


class Robot(Versioned, Base):
    """A group robot. Address and secret are keys to the group: they are never shown, logged or kept in history."""

    __tablename__ = "group_robot"

    id: Mapped[int] = mapped_column(primary_key=True)
    messenger: Mapped[str] = mapped_column(Word)
    name: Mapped[str] = mapped_column(Label)
    address: Mapped[str] = mapped_column(Text)
    secret: Mapped[str] = mapped_column(Text, default="")
    keys_set_at: Mapped[datetime]  # when address or secret were last set: all that history tells of them
    locale: Mapped[str] = mapped_column(Word, default="zh-Hans")
    kinds: Mapped[list[Any]]
    rhythm: Mapped[str] = mapped_column(Word, default="each")
    hour: Mapped[int]  # of the summary, in Asia/Shanghai
    quiet_from: Mapped[int]
    quiet_to: Mapped[int]  # the same twice: no quiet hours
    enabled: Mapped[bool] = mapped_column(default=False)
    removed_at: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]  # after a failure: a messenger that is away holds nobody up
    summed_on: Mapped[date | None]  # the last day on which a summary was due

    def state(self) -> dict[str, Any]:
        """The editable state, for history and audit: without the keys."""
        names = "messenger name keys_set_at locale kinds rhythm hour quiet_from quiet_to enabled removed_at"
        return {name: getattr(self, name) for name in names.split()}


class Post(Base):
    """One message to one group: held for a summary, waiting, sending, sent, failed, unsure (nobody answered),
    merged (into a summary) or dropped (the robot was switched off)."""

    __tablename__ = "group_post"
    __table_args__ = (
        UniqueConstraint("robot_id", "dedup_key"),
        Index("ix_group_post_due", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    robot_id: Mapped[int] = mapped_column(ForeignKey("group_robot.id"))
    dedup_key: Mapped[str] = mapped_column(Label)
    kind: Mapped[str] = mapped_column(Word)
    facts: Mapped[dict[str, Any]]  # count, thing (a code), illustrative; for a summary counts by kind
    state: Mapped[str] = mapped_column(Word, default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(Word, default="")
    answer: Mapped[str] = mapped_column(Label, default="")  # what the messenger said
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]

    robot: Mapped[Robot] = relationship()


@dataclass(frozen=True)
class Kind:
    """A kind of event that groups can be told of: what it is called, how it is said, where to read on."""

    label: Any
    says: Callable[[int], str]
    place: str  # a path without a code: for things that not everybody sees


_kinds: dict[str, Kind] = {}
# Filled by the roof: the path of a thing that whoever is signed in may see, by its code; None for any other.
open_to_all: list[Callable[[str], str | None]] = []


def kinds_told(kinds: Mapping[str, Kind]) -> None:
    """Make a feature's kinds of events known."""
    _kinds.update(kinds)


def kinds() -> Mapping[str, Kind]:
    """All kinds of events that a group can be told of."""
    return _kinds


def announce(
    kind: str, *, change: ChangeSet, count: int = 1, thing: str = "", illustrative: bool = False
) -> None:
    """Queue a message to each group that is told of such events; one for each kind and act.

    `thing` is the code of the project that it is about: it is said only if everybody may see that project when
    the message leaves. Nothing else of the event can be handed in, so nothing else can leave.
    """
    if kind not in _kinds:
        raise LookupError(f"no words for the event {kind}")
    if count < 1:
        return
    for robot in db.session.scalars(select(Robot).where(Robot.enabled.is_(True)).order_by(Robot.id)):
        if kind in robot.kinds:
            _queue(robot, f"{change.id}:{kind}", kind, count, thing, illustrative)


def _queue(robot: Robot, key: str, kind: str, count: int, thing: str, illustrative: bool) -> None:
    there = db.session.scalar(select(Post).where(Post.robot_id == robot.id, Post.dedup_key == key))
    if there is not None:  # the same act has said it of another thing before
        facts = there.facts
        there.facts = {
            "count": facts["count"] + count,
            "thing": thing if facts["thing"] == thing else "",
            "illustrative": facts["illustrative"] or illustrative,
        }
        return
    facts = {"count": count, "thing": thing, "illustrative": illustrative}
    put(robot, key, kind, facts, state="waiting" if robot.rhythm == "each" else "held")


def put(robot: Robot, key: str, kind: str, facts: Mapping[str, Any], *, state: str = "waiting") -> Post:
    """Queue one message in the caller's transaction."""
    now = clock.now()
    post = Post(
        robot_id=robot.id,
        dedup_key=key,
        kind=kind,
        facts=dict(facts),
        state=state,
        created_at=now,
        due_at=now,
    )
    db.session.add(post)
    db.session.flush()
    return post
