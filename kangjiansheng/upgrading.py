"""Bringing an installation to the level of this release: first a copy that was read back, then the steps."""

from pathlib import Path

from kangjiansheng.commanding import Refused
from kangjiansheng.core import clock, roles, schema
from kangjiansheng.core.config import Settings
from kangjiansheng.core.copies import NotCopied, heads, making
from kangjiansheng.core.copies.reading import words
from kangjiansheng.core.db import make_engine

FOLDER = "before-upgrades"  # in the instance folder, where no folder for copies is named


def upgrade(settings: Settings, *, copy: bool = True) -> str:
    """Bring the database up; what was copied before, in words. An empty one, and one at this level, needs no copy; where
    the copy fails nothing else is done."""
    level = _level(settings)
    made = _copied(settings, level) if copy and level is not None and level < schema.head() else ""
    roles.upgrade(settings)
    return made


def _level(settings: Settings) -> str | None:
    engine = make_engine(settings.owner_url)
    try:
        return schema.level(engine)
    finally:
        engine.dispose()


def _copied(settings: Settings, level: str) -> str:
    folder = settings.backup_folder or settings.instance / FOLDER
    name = f"before-upgrade-{level}-{schema.head()}-{clock.now():%Y%m%dT%H%M%SZ}.kjs"
    try:
        return f"{folder / name}: {words(_made(settings, folder, name))}"
    except (NotCopied, OSError) as problem:
        raise Refused(
            f"no copy could be made before the upgrade, so nothing was changed: {problem}; "
            "mend that, or go on with --without-copy when you have a copy that you have restored somewhere"
        ) from None


def _made(settings: Settings, folder: Path, name: str) -> dict[str, object]:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    manifest = making.make(settings, folder / name)
    heads.keep(folder, name, manifest)
    return manifest
