"""Databases of three sizes: each has a tenth of the next one's portfolio, meetings and people. SQLite files are built once
and kept in `.build/bench`."""

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

os.environ["KJS_TEST_CHEAP_HASH"] = "1"

from flask import Flask

import tests.support.day  # noqa: F401  (the rows are those of one day, whenever they are built)
from kangjiansheng import demonstration, starting
from kangjiansheng.core import schema
from kangjiansheng.core.db import db
from tests.support import full, full_meetings
from tests.support.app import make, settings_for

FILE = "bench.db"
KEPT = Path(__file__).parents[2] / ".build" / "bench"
PROJECTS = {"small": 20, "tenth": 200, "full": 2000}
MEETINGS, PEOPLE = 5, 0.5  # of each project
BEFORE = {"tenth": "small", "full": "tenth"}


@dataclass(frozen=True)
class Place:
    """An instance of the product's own folder, and the address of its database."""

    folder: Path
    url: str


def copy(size: str, into: Path) -> Place:
    """An instance of its own with a copy of the filled SQLite file: what is measured may write."""
    made = into / size
    made.mkdir(parents=True)
    shutil.copyfile(_kept(size) / FILE, made / FILE)
    return _in(made)


def application(at: Place) -> Flask:
    """The product over it."""
    return make(settings_for(at.folder, at.url))


def fill(at: Place, size: str) -> None:
    """Fill an empty database."""
    schema.upgrade(at.url)
    with application(at).app_context():
        starting.load_reference()
        demonstration.load()
        full.fill(full.Size(projects=PROJECTS[size]))
        meetings, people = PROJECTS[size] * MEETINGS, int(PROJECTS[size] * PEOPLE)
        full_meetings.fill(full_meetings.Size(meetings, people))
        db.session.remove()
        db.engine.dispose()


def _in(folder: Path) -> Place:
    return Place(folder, f"sqlite:///{folder / FILE}")


def _kept(size: str) -> Path:
    """The folder of the filled SQLite file; one that was built by other migrations or another filler is built anew."""
    root = Path(__file__).parents[2]
    fillers = [Path(full.__file__), Path(full_meetings.__file__), Path(__file__)]
    made_by = [*sorted((root / "migrations" / "versions").glob("*.py")), *fillers]
    print_of = hashlib.sha256(b"".join(path.read_bytes() for path in made_by)).hexdigest()[:12]
    kept = KEPT / f"{size}-{print_of}"
    if not kept.exists():
        for old in KEPT.glob(f"{size}-*"):
            shutil.rmtree(old)
        building = KEPT / f"building-{size}"
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir(parents=True)
        fill(_in(building), size)
        building.rename(kept)
    return kept
