"""What runs here: version, level and settings, in one row whose changes stand in the trail."""

from datetime import datetime
from importlib.metadata import version
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from kangjiansheng.core import audit, clock, schema
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.config import Settings
from kangjiansheng.core.db import Base, Word, db

ACTS = {
    "core:installation:change": _l("版本或设置变更"),
    audit.CLOCK_BACK: _l("系统时钟被调回"),
    "core:rows:take": _l("补记各行的现状"),  # see stood
}
THINGS = {"installation": _l("系统")}
FIELDS = {
    "program": _l("版本"),
    "level": _l("数据库层级"),
    "engine": _l("数据库"),
    "base_url": _l("网址"),
    "mail_server": _l("邮件服务器"),
    "demo": _l("示例数据"),
    "proxies": _l("代理"),
    "messenger_hosts": _l("消息平台"),
    "clock": _l("系统时钟"),
    "rows": _l("补记的行数"),
    "left": _l("尚有未补记的行"),
}


class Installation(Base):
    """The one row: what ran when a server was started last."""

    __tablename__ = "installation"

    id: Mapped[int] = mapped_column(primary_key=True)
    program: Mapped[str] = mapped_column(Word)
    level: Mapped[str] = mapped_column(Word)
    settings: Mapped[dict[str, Any]]
    since: Mapped[datetime]

    def state(self) -> dict[str, Any]:
        """What the trail keeps."""
        return {"program": self.program, "level": self.level, **self.settings}


def _shown(settings: Settings) -> dict[str, Any]:
    """The settings without any secret: addresses of databases and mail servers hold passwords."""
    return {
        "engine": settings.database_url.split(":", 1)[0].split("+")[0],
        "base_url": settings.base_url,
        "mail_server": settings.smtp_url is not None,
        "demo": settings.demo,
        "proxies": sorted(str(network) for network in settings.proxies),
        "messenger_hosts": sorted(settings.messenger_hosts),
    }


def running() -> tuple[str, str]:
    """The version of this program and the level of the database that it wants."""
    return version("kangjiansheng"), schema.head()


def note_start(settings: Settings, *, actor: Actor) -> bool:
    """A server starts: when anything differs from the last start, an entry in the trail says what. True when it did."""
    row = db.session.scalar(select(Installation).with_for_update())
    before = row.state() if row else {}
    if row is None:
        row = Installation(id=1)
        db.session.add(row)
    (row.program, row.level), row.settings = running(), _shown(settings)
    if row.state() == before:
        return False
    row.since = clock.now()
    record("core:installation:change", row, actor=actor, before=before, after=row.state())
    return True
