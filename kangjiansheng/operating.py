"""The commands of whoever runs an installation: its database, its copies, its files, the index of its search."""

import sys
from pathlib import Path

import click

from kangjiansheng.commanding import in_app, no, settings


@click.group()
def db() -> None:
    """The database's level."""


@db.command()
@click.option(
    "--without-copy",
    is_flag=True,
    help="Make no copy first. Risky: when a step does harm, all that was saved since your last copy is lost.",
)
def upgrade(without_copy: bool) -> None:
    """Bring the database to this version's level and load the reference data; first make a copy and read it back, in
    KJS_BACKUP_FOLDER or in the instance folder."""
    from kangjiansheng import upgrading
    from kangjiansheng.core import roles

    try:
        made = upgrading.upgrade(settings(), copy=not without_copy)
    except roles.NoRoles as problem:
        no(str(problem))
    if made:
        click.echo(f"copied before the upgrade: {made}")
    _load_reference()


@db.command("roles")
def db_roles() -> None:
    """Let the application (KJS_DATABASE_URL) be another role than the owner of the tables (KJS_OWNER_URL): one that
    cannot change or remove what is append-only. Once at first; `db upgrade` and `restore` do it anew."""
    from kangjiansheng.core import roles

    try:
        kept = roles.separate(settings())
    except roles.NoRoles as problem:
        no(str(problem))
    click.echo(f"{len(kept)} tables can only be added to: {', '.join(kept)}")


@in_app
def _load_reference() -> None:
    from kangjiansheng import starting

    starting.load_reference()


@click.group("search")
def search_() -> None:
    """The index of the search."""


@search_.command("rebuild")
@in_app
def search_rebuild() -> None:
    """Make the index anew from all texts. It follows every change by itself; this is for one that is damaged."""
    from kangjiansheng.core import search
    from kangjiansheng.core.transactions import writing

    with writing():
        click.echo(f"{search.rebuild()} texts")


@search_.command("verify")
@in_app
def search_verify() -> None:
    """Compare the index with the texts. Exit 1 when they differ."""
    from kangjiansheng.core import search

    found = search.differences()
    for line in found:
        click.echo(line)
    click.echo("whole" if not found else f"{len(found)} places differ: run `kangjiansheng search rebuild`")
    if found:
        sys.exit(1)


@click.group("files")
def files_() -> None:
    """Stored files."""


@files_.command("sweep")
@in_app
def files_sweep() -> None:
    """Take away bytes that no row names: what a crash left behind, and what only a database names that
    `restore` has set aside."""
    from kangjiansheng.core import files
    from kangjiansheng.core.transactions import writing
    from kangjiansheng.overview.operations import retention

    with writing():
        retention.empty()  # it asks whether a hold keeps them now; what is left to `sweep` nothing can bring back
        click.echo(f"{files.sweep()} taken away")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write a consistent copy of all data and stored files, while they are in use; encrypted if a key is set."""
    from kangjiansheng import copies

    with copies.said():
        click.echo(copies.backup(settings(), file))


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--replace", is_flag=True, help="On PostgreSQL: also where there are data; they are kept aside."
)
def restore(file: Path, replace: bool) -> None:
    """Put a copy, of whichever engine, in place of the data (server and worker stopped); the old ones are kept."""
    from kangjiansheng import copies

    with copies.said():
        click.echo(copies.restore(settings(), file, over=replace))


COMMANDS = (db, search_, files_, backup, restore)
