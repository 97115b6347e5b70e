"""The command line. Every command: --help, one clear line on stderr when it fails, nothing half-written."""

import json
import os
import socket
import sys
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import click

from kangjiansheng import operating
from kangjiansheng.commanding import (
    PROCESSES,
    acting_as,
    actor_of,
    app,
    entitled,
    fresh,
    in_app,
    no,
    settings,
    warn_of_identity_numbers,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kangjiansheng")
def cli() -> None:
    """康健生 Kangjiansheng: cell-therapy R&D of four parties at one table."""


@cli.command()
@in_app
def seed() -> None:
    """Load the labelled demonstration: portfolio, cast, meetings. Refused when KJS_DEMO=0."""
    from flask import current_app

    from kangjiansheng import demonstration

    if not current_app.config["SETTINGS"].demo:
        no("KJS_DEMO=0: this installation has no demonstration")
    click.echo("loaded" if demonstration.load() else "there already")


@cli.command()
@click.option("--first-run", is_flag=True, help="First bring the database up, with starting data when empty.")
@click.option("--workers", type=click.IntRange(1, 16), default=2, show_default=True)
@click.option(
    "--worker/--no-worker", "beside", default=True, show_default=True, help="Run the worker beside it."
)
def serve(first_run: bool, workers: int, beside: bool) -> None:
    """Serve the pages, with the worker beside it under one parent."""
    known = settings()
    os.environ[PROCESSES] = str(fresh(known.instance / "processes" / f"{socket.gethostname()}-{known.port}"))
    from kangjiansheng import serving

    if first_run:
        serving.prepare(known)
    serving.run(app(), known, workers, beside=beside)


@cli.command()
@click.option("--once", is_flag=True, help="Run what is due and end.")
def worker(once: bool) -> None:
    """Run the jobs: deliver mail, send reminders."""
    from kangjiansheng import serving

    serving.work(app(), once=once)


@cli.group()
def user() -> None:
    """People who sign in."""


@user.command("create")
@click.argument("email")
@click.option(
    "--role", type=click.Choice(["admin", "security", "executive", "auditor", "none"]), required=True
)
@click.option("--name", default="", help="How the person is called; the address by default.")
@acting_as
@in_app
def user_create(email: str, role: str, name: str, as_email: str | None) -> None:
    """Create an account and print a one-time link for its password."""
    from flask import current_app

    from kangjiansheng.accounts import operations, policies
    from kangjiansheng.core.errors import RuleBroken
    from kangjiansheng.core.transactions import writing

    if "@" not in email[1:-1] or " " in email:
        no(f"{email!r} is not an e-mail address")
    try:
        with writing():
            actor = entitled(actor_of(as_email), policies.administer)
            if role != "none":
                entitled(actor, policies.secure)
            person = operations.create_person(actor=actor, name_hans=name or email, email=email)
            if role != "none":
                operations.grant_role(person, role, actor=actor)
            account = person.account or no("the account was not made")
            path = operations.make_link(account, "invitation", actor=actor, send=False)
    except RuleBroken as problem:
        no(f"{problem.code} {problem.facts}")
    click.echo(f"{current_app.config['SETTINGS'].base_url}{path}")


@user.command("provision")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
@click.option("--invite", is_flag=True, help="Send an invitation to those who get an account.")
@acting_as
@in_app
def user_provision(file: Path, dry_run: bool, invite: bool, as_email: str | None) -> None:
    """Bring people, accounts, roles and institutions in line with a list (CSV, XLSX), in one transaction. What is
    wrong is named by line and column on stderr; then nothing is written, and the exit code is 1."""
    from kangjiansheng.accounts import policies
    from kangjiansheng.core import i18n
    from kangjiansheng.core.errors import RuleBroken
    from kangjiansheng.core.transactions import writing
    from kangjiansheng.labs.forms.provisioning import sentence
    from kangjiansheng.labs.operations.provisioning import provision, try_out

    warn_of_identity_numbers(file)
    data = file.read_bytes()
    try:
        with writing():
            actor = entitled(actor_of(as_email), policies.administer)
            found = try_out(data, actor=actor, invite=invite)
            if not found.problems and not dry_run:
                provision(data, actor=actor, invite=invite)
    except RuleBroken as problem:
        no(f"{problem.code} {problem.facts}")
    with i18n.speaking("en"):
        for one in found.problems:
            click.echo(f"line {one.line}, {one.column or '-'}: {one.value!r}: {sentence(one)}", err=True)
    for line in found.changed:
        what = "; ".join(f"{key}: {before or '-'} -> {after or '-'}" for key, before, after in line.changes)
        left = f" ({line.duties} duties to hand over)" if line.duties else ""
        click.echo(f"line {line.line}, {line.email}: {'new; ' if line.is_new else ''}{what}{left}")
    click.echo(
        f"{len(found.changed)} of {len(found.lines)} people {'would change' if dry_run else 'changed'}"
    )
    if found.problems:
        sys.exit(1)


@user.command("remove-factors")
@click.argument("email")
@click.option("--reason", required=True, help="Why; kept in the trail and told to the person.")
@acting_as
@in_app
def user_remove_factors(email: str, reason: str, as_email: str | None) -> None:
    """Remove all second factors of an account, as when its phone is lost and no administrator can sign in."""
    from kangjiansheng.accounts import policies, queries
    from kangjiansheng.accounts.operations import factors
    from kangjiansheng.core.errors import RuleBroken
    from kangjiansheng.core.transactions import writing

    try:
        with writing():
            actor = entitled(actor_of(as_email), policies.administer)
            account = queries.account_by_email(email) or no(f"there is no account {email}")
            factors.take_away(account, reason, actor=actor)
    except RuleBroken as problem:
        no(f"{problem.code} {problem.facts}")
    click.echo("removed")


@cli.group()
def audit() -> None:
    """The audit trail."""


@audit.command("verify")
@click.option("--json", "as_json", is_flag=True)
@click.option(
    "--heads",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with copies: the trail must still hold the last head that lies beside them.",
)
@in_app
def audit_verify(as_json: bool, heads: Path | None) -> None:
    """Check the chain, all rows it covers, all signatures and all stored files; name each that was changed. Exit 1
    when something is broken."""
    from sqlalchemy import func, select

    from kangjiansheng.core import files, i18n, verify
    from kangjiansheng.core.audit import AuditEntry
    from kangjiansheng.core.copies import heads as exported
    from kangjiansheng.core.db import db as database

    session = database.session()
    with i18n.speaking("en"):
        found = [*verify.problems(session), *files.problems(session, files.folder())]
    cut = exported.missing(session, heads) if heads else ""
    found += [cut] if cut else []
    count = database.session.scalar(select(func.count(AuditEntry.id))) or 0
    head = database.session.scalar(select(AuditEntry.hash).order_by(AuditEntry.seq.desc()).limit(1))
    if as_json:
        click.echo(json.dumps({"entries": count, "head": head, "problems": found}, ensure_ascii=False))
    else:
        for line in found:
            click.echo(line)
        click.echo(f"{count} entries, head {head}: {'whole' if not found else f'{len(found)} broken'}")
    if found:
        sys.exit(1)


@cli.group("minutes")
def minutes_() -> None:
    """Minutes of meetings."""


@minutes_.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def minutes_verify(file: Path, as_json: bool) -> None:
    """Check exported minutes (JSON or PDF): text, signatures, corrections, trail. Without a database, offline.
    Exit 1 names what was changed."""
    from flask import Flask

    from kangjiansheng.committee import commands
    from kangjiansheng.core import i18n

    words = Flask(__name__)
    i18n.init_app(words, [str(Path(__file__).parent / "committee" / "translations")])
    with words.app_context(), i18n.speaking("en"):
        sys.exit(commands.verify(file, as_json=as_json))


@minutes_.command("import")
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.option("--committee", required=True, metavar="CODE", help="The committee whose minutes these are.")
@click.option("--record", is_flag=True, help="Import as records, locked at once, rather than as drafts.")
@click.option("--source", default="", metavar="TEXT", help="Where the files are from; kept with each import.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
@click.option("--json", "as_json", is_flag=True)
@acting_as
@in_app
def minutes_import(
    folder: Path,
    committee: str,
    record: bool,
    source: str,
    dry_run: bool,
    as_json: bool,
    as_email: str | None,
) -> None:
    """Import minutes (Markdown, plain text, DOCX) from a folder or one file. Each is one act of its own; what is
    refused is named on stderr, and then the exit code is 1."""
    from kangjiansheng.committee import commands, policies
    from kangjiansheng.committee.queries import loaders

    actor = actor_of(as_email)
    found = loaders.committee(actor=actor, code=committee) or no(f"there is no committee {committee}")
    actor = entitled(actor, lambda one: policies.plan_meetings(one, found))
    life = "record" if record else "draft"
    options: dict[str, Any] = {"life": life, "origin": source, "dry_run": dry_run, "as_json": as_json}
    warn_of_identity_numbers(folder)
    sys.exit(commands.import_minutes(folder, found, actor=actor, **options))


@cli.group()
def meetings() -> None:
    """Meetings of the committees."""


@meetings.command("replies")
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@in_app
def meetings_replies(files: tuple[Path, ...]) -> None:
    """Record answers to invitations that came by mail: files (.eml, .ics), the new mails of a Maildir, or one mail on
    standard input, as a mailbox pipes it. Exit 1 when one is refused, which is named on stderr."""
    from kangjiansheng.committee import commands

    sys.exit(commands.take_replies(files, actor=actor_of(None)))


@cli.group("import")
def import_() -> None:
    """Read data from files."""


@import_.command("portfolio")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
@click.option("--json", "as_json", is_flag=True)
@acting_as
@in_app
def import_portfolio(folder: Path, dry_run: bool, as_json: bool, as_email: str | None) -> None:
    """Import the four CSV files of a portfolio. Errors: nothing is written, exit 1."""
    from kangjiansheng.projects import commands, policies

    actor = entitled(actor_of(as_email), policies.import_portfolio)
    warn_of_identity_numbers(folder)
    sys.exit(commands.import_portfolio(folder, dry_run=dry_run, as_json=as_json, actor=actor))


@import_.command("trial")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
@click.option("--project", default="", metavar="CODE", help="Keep the records at this project, or make it.")
@click.option("--lab", default="", metavar="CODE", help="The laboratory that leads new projects.")
@click.option("--json", "as_json", is_flag=True)
@acting_as
@in_app
def import_trial(
    file: Path, dry_run: bool, project: str, lab: str, as_json: bool, as_email: str | None
) -> None:
    """Import records of ClinicalTrials.gov (JSON), CTIS (JSON) or ChiCTR (XML). Errors: nothing is written, exit 1."""
    from kangjiansheng.projects import commands

    actor = actor_of(as_email)
    options: dict[str, Any] = {"dry_run": dry_run, "as_json": as_json, "actor": actor}
    warn_of_identity_numbers(file)
    sys.exit(commands.import_trial(file, project=project, lab=lab, **options))


@cli.command()
@click.option("--as-of", "as_of", metavar="YYYY-MM-DD", help="The day; today by default.")
@click.option(
    "--rates", metavar="CODE", help="A set of success rates, such as BIO_CART; the default one by default."
)
@click.option("--json", "as_json", is_flag=True)
@acting_as
@in_app
def metrics(as_of: str | None, rates: str | None, as_json: bool, as_email: str | None) -> None:
    """The figures of the executive's pages, as of a day. Each is defined in docs/metrics.md."""
    from kangjiansheng.core import clock
    from kangjiansheng.core.calendar import EARLIEST
    from kangjiansheng.overview import api

    try:
        day = date.fromisoformat(as_of) if as_of else clock.today()
    except ValueError:
        raise click.BadParameter(f"{as_of!r} is not a day like 2026-11-20", param_hint="--as-of") from None
    if not EARLIEST <= day <= clock.today():  # what the pages refuse
        raise click.BadParameter(
            f"the day is one from {EARLIEST} to today, not {as_of}", param_hint="--as-of"
        )
    try:
        figures = api.on_day(day, actor=actor_of(as_email), code=rates)
    except api.NoSuchRates:
        raise click.BadParameter(f"{rates!r} is no set of rates on that day", param_hint="--rates") from None
    if as_json:
        click.echo(json.dumps(figures, ensure_ascii=False, indent=1))
    else:
        for key, value in figures.items():
            click.echo(f"{key}: {json.dumps(value, ensure_ascii=False)}")


for command in operating.COMMANDS:
    cli.add_command(command)


def main() -> None:
    """The entry point: what was typed wrongly and what the machine refuses end in one line on stderr."""
    from sqlalchemy.exc import OperationalError

    from kangjiansheng.core.errors import NotSetUp

    try:
        sys.exit(cli(standalone_mode=False))
    except BrokenPipeError:
        os._exit(1)
    except click.exceptions.NoArgsIsHelpError as asked:
        asked.show()
        sys.exit(asked.exit_code)
    except click.Abort:
        _end("stopped", 1)
    except click.ClickException as problem:
        _end(problem.format_message(), problem.exit_code)
    except NotSetUp as problem:
        _end(str(problem), 1)
    except OperationalError as problem:
        _end(f"the database refuses: {problem.orig}", 1)
    except OSError as problem:
        _end(str(problem), 1)


def _end(text: str, code: int) -> NoReturn:
    click.echo(f"kangjiansheng: {' '.join(text.split())}", err=True)
    sys.exit(code)
