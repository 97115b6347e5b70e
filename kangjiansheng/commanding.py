"""What all commands share: the application around them, who acts, and one clear line when something is refused."""

import gc
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any

import click

from kangjiansheng.core.config import BadSetting, Settings, read_settings

if TYPE_CHECKING:
    from flask import Flask

# Where the processes of one server count together (core/measures). The name is the library's: it reads it when it is
# imported, so `serve` sets it before anything of the application is.
PROCESSES = "PROMETHEUS_MULTIPROC_DIR"
YOUNG = 2_000  # new objects between two looks of the collector of garbage


class Refused(click.ClickException):
    """One clear line on stderr, exit 1."""

    def show(self, file: Any = None) -> None:
        click.echo(f"kangjiansheng: {self.message}", err=True)


def settings() -> Settings:
    """The settings of this installation."""
    try:
        return read_settings()
    except BadSetting as problem:
        raise Refused(str(problem)) from None


def fresh(folder: Path) -> Path:
    """The folder, empty."""
    try:
        rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    except OSError as problem:
        raise Refused(f"KJS_INSTANCE cannot be written: {problem}") from None
    return folder


def app() -> "Flask":
    """The application, once its database stands at the right level.

    The collector of garbage rests until it is made: hardly anything made until then ever goes, and what lies outside
    its sight afterwards is not gone through again, nor copied by processes that fork. Later it looks less often than
    Python's own seven hundred: a page makes tens of thousands of objects, nearly all of which go by themselves.
    """
    gc.disable()
    try:
        made = _app()
        gc.freeze()
        gc.set_threshold(YOUNG, 10, 10)
        return made
    finally:
        gc.enable()


def _app() -> "Flask":
    from kangjiansheng.app import create_app
    from kangjiansheng.core import schema
    from kangjiansheng.core.assets import NotBuilt
    from kangjiansheng.core.db import make_engine

    known = settings()
    engine = make_engine(known.database_url)
    try:
        level = schema.level(engine)
    except Exception as problem:
        raise Refused(f"the database cannot be reached: {getattr(problem, 'orig', problem)}") from None
    finally:
        engine.dispose()
    if level is not None and level > schema.head():
        raise Refused(
            f"the data were made by a newer version: they stand at level {level}, this version knows {schema.head()}; "
            "run the newer version, or restore the copy that was made before the upgrade"
        )
    if level is None:
        raise Refused(
            f"{engine.url.render_as_string()} holds no installation: name yours by KJS_INSTANCE and KJS_DATABASE_URL, "
            "as its service does; for a new one run `kangjiansheng db upgrade`"
        )
    if level != schema.head():
        raise Refused(
            f"the database stands at level {level}, this version needs {schema.head()}: run `kangjiansheng db upgrade`"
        )
    try:
        return create_app(known)
    except NotBuilt as problem:
        raise Refused(str(problem)) from None


def in_app(command: Callable[..., Any]) -> Callable[..., Any]:
    """Run a command inside the application, its database at the right level."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        with app().app_context():
            return command(*args, **kwargs)

    return wrapped


def actor_of(email: str | None) -> Any:
    """The person named by --as, or `system`."""
    from kangjiansheng.accounts import queries

    if email is None:
        return queries.system_actor()
    return queries.actor_by_email(email) or no(f"there is no active account {email}")


def no(text: str) -> Any:
    """Refuse, in one line."""
    raise Refused(text)


def entitled(actor: Any, may: Callable[[Any], bool]) -> Any:
    """The person named by --as does no more here than on the pages; `system` may do everything."""
    return actor if actor.has("system") or may(actor) else no(f"{actor.email} may not do this")


acting_as = click.option("--as", "as_email", metavar="EMAIL", help="Act as this person instead of `system`.")


READ_IN = (".csv", ".xlsx", ".md", ".markdown", ".txt", ".docx", ".json", ".xml")


def warn_of_identity_numbers(place: Path) -> None:
    """Say on stderr which files that are read in seem to hold numbers of identity cards, as pages do; not which numbers."""
    from kangjiansheng.core import i18n, identity_numbers

    every = sorted(place.rglob("*")) if place.is_dir() else [place]
    for file in every:
        if file.suffix.lower() not in READ_IN or not file.is_file():
            continue
        found = identity_numbers.found_in_file(file.name, file.read_bytes())
        if found:
            with i18n.speaking("en"):
                kinds = identity_numbers.kinds_of(found)
            click.echo(
                f"kangjiansheng: {file.name} seems to hold {kinds} (the check digit fits): data that identify patients "
                "must not be imported",
                err=True,
            )
