"""What is true of webhooks: which acts programs elsewhere are told of, how a message is signed, when it is sent again.

Identifiers, headers, signature and the form of a secret are those of Standard Webhooks 1.0.0
(https://github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md): receivers find ready-made libraries.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from kangjiansheng.core import outgoing, trail
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.errors import RuleBroken

MOST = 10  # webhooks of one person
PREFIX = "whsec_"
BOTH_FOR = timedelta(days=1)  # after a change of the secret the one before is signed with, too
FIRST, FACTOR, LONGEST = timedelta(seconds=30), 3, timedelta(hours=8)
TRIES = 10  # the first at once, the last a little more than a day later
PAUSE = timedelta(minutes=15)  # at most, between two tries of whatever at an address that does not answer
FAILING = timedelta(days=5)  # then it is switched off
KEPT = timedelta(days=30)  # how long the log goes back
PING = "ping"
STATES = ("waiting", "sent", "failed", "dropped")


@dataclass(frozen=True)
class Place:
    """Where programs read a thing: its path under /api/v1."""

    path: str
    illustrative: bool


@dataclass(frozen=True)
class Told:
    """Acts of one kind that programs elsewhere may be told of: `name` as the trail's acts begin with, the table of the
    things, the acts, and where one who may see a thing's history reads it (None for anybody else). `also`: acts of other
    names that change the same thing, and by which word they are told; `shows` says whether an entry changed anything that
    one who sees the thing may know of."""

    name: str
    thing: str
    acts: tuple[str, ...]
    place: Callable[[Actor, int], Place | None]
    also: tuple[tuple[str, str], ...] = ()
    shows: Callable[[Actor, AuditEntry], bool] = lambda _actor, _entry: True

    @property
    def words(self) -> dict[str, str]:
        """The acts of the trail that are told, and the word for each."""
        return {**{f"{self.name}:{act}": act for act in self.acts}, **dict(self.also)}

    @property
    def key(self) -> str:
        """The word by which it is chosen, and with which the types of its messages begin."""
        return self.name.partition(":")[2]

    @property
    def label(self) -> LazyString:
        """What people call the things, as in the trail, to stand by itself."""
        return LazyString(lambda: (word := trail.thing_word(self.thing))[:1].upper() + word[1:])

    def type_of(self, act: str) -> str | None:
        """The type of the message for an act of the trail; None for one that is not told."""
        word = self.words.get(act)
        return f"{self.key}.{word}" if word else None


_told: dict[str, Told] = {}


def told_of(found: Iterable[Told]) -> None:
    """Make known what programs may be told of: called by the roof."""
    _told.update({one.key: one for one in found})


def told() -> Mapping[str, Told]:
    """All that programs may be told of, by the word by which it is chosen."""
    return _told


def acts_of(kinds: Collection[str]) -> dict[str, Told]:
    """The acts of the trail that belong to kinds that were chosen."""
    return {act: one for key, one in _told.items() if key in kinds for act in one.words}


def check_kinds(kinds: Collection[str]) -> None:
    """Refuse to tell of nothing, or of what is not told."""
    if not kinds:
        raise RuleBroken("accounts:webhook-no-kinds", "kinds")
    if not set(kinds) <= set(_told):
        raise RuleBroken("accounts:webhook-unknown", "kinds")


def check_address(address: str, allowed: Collection[str]) -> None:
    """Refuse an address that is none, is not https, or lies in an inner network, unless the operator allows its host.

    No name is looked up here: what it leads to counts when the message is sent, and is looked at then."""
    if len(address) > 1000 or not outgoing.is_plain(address):
        raise RuleBroken("accounts:webhook-no-address", "address")
    origin = outgoing.origin_of(address)
    if origin in allowed:
        return
    if not origin.startswith("https://"):
        raise RuleBroken("accounts:webhook-https", "address")
    if not outgoing.may_be_public(origin.removeprefix("https://").rpartition(":")[0]):
        raise RuleBroken("accounts:webhook-private", "address")


def new_secret() -> str:
    """A secret of 256 random bits, as Standard Webhooks writes it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def new_id() -> str:
    """What tells a message from all others, however often it is sent; nothing can be counted by it."""
    return f"msg_{secrets.token_urlsafe(18)}"


def headers(message_id: str, body: bytes, known: Collection[str], now: datetime) -> dict[str, str]:
    """The three headers of Standard Webhooks: HMAC-SHA256 over id, seconds and body, once for each secret that holds."""
    stamp = str(int(now.timestamp()))
    content = f"{message_id}.{stamp}.".encode() + body
    signed = (
        hmac.digest(base64.b64decode(one.removeprefix(PREFIX)), content, hashlib.sha256) for one in known
    )
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{base64.b64encode(one).decode()}" for one in signed),
    }


def wait(tries: int, longest: timedelta = LONGEST) -> timedelta:
    """How long after so many tries that failed: three times as long as the last time, and up to a fifth more, so that
    what failed together does not come back together."""
    steady: timedelta = min(FIRST * FACTOR ** (tries - 1), longest)
    return steady * (1 + secrets.randbelow(1000) / 5000)


ACTS = {
    "accounts:webhook:make": _l("建立事件推送"),
    "accounts:webhook:edit": _l("修改事件推送"),
    "accounts:webhook:secret": _l("更换事件推送的密钥"),
    "accounts:webhook:enable": _l("启用事件推送"),
    "accounts:webhook:disable": _l("停用事件推送"),
    "accounts:webhook:stop": _l("自动停用事件推送"),
    "accounts:webhook:remove": _l("移除事件推送"),
    "accounts:webhook:ping": _l("发送测试推送"),
    "accounts:webhook:again": _l("再次推送"),
}
THINGS = {"webhook": _l("事件推送")}
FIELDS = {
    "name": _l("名称"),
    "kinds": _l("告知哪些事"),
    "host": _l("推送到哪里"),
    "set_at": _l("密钥设置时间"),
    "enabled": _l("已启用"),
    "removed_at": _l("移除时间"),
    "test": _l("测试推送"),
    "messages": _l("再次推送几条"),
}


def values() -> dict[str, Any]:
    """What stored values are called."""
    return {"kinds": {key: one.label for key, one in _told.items()}}
