"""People, accounts, roles and institutions brought in line with a list, in one transaction; tried out before."""

import contextlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from kangjiansheng.accounts import operations as accounts
from kangjiansheng.accounts import queries
from kangjiansheng.accounts.models import Person
from kangjiansheng.accounts.operations import sso
from kangjiansheng.core import clock, workbooks
from kangjiansheng.core.changes import Actor, begin, record
from kangjiansheng.core.db import db
from kangjiansheng.core.digests import sha256
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.labs.models import Institution, InstitutionMember
from kangjiansheng.labs.operations import people
from kangjiansheng.labs.queries.found import institution_by_name
from kangjiansheng.labs.rules.provisioning import COLUMNS, Problem, Wanted, read

LARGEST = 256 * 1024  # bytes of a file: some thousand lines
TEXTS = ("name_hans", "name_hant", "name_en", "title", "email")


@dataclass(frozen=True)
class Line:
    """What a line does to a person: column, before, after. Nothing: all is as it should be. `duties` are what
    somebody answers for who can no longer sign in."""

    line: int
    code: str
    email: str
    is_new: bool
    changes: tuple[tuple[str, str, str], ...]
    duties: int = 0


@dataclass
class Outcome:
    """What a list does, line by line, and what is wrong in it."""

    lines: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def changed(self) -> list[Line]:
        """The lines that change something."""
        return [line for line in self.lines if line.changes]

    @property
    def mark(self) -> str:
        """A mark of all that it does, so that nobody consents to something else."""
        return sha256([[line.email, line.is_new, line.changes] for line in self.changed])


def read_list(data: bytes) -> tuple[list[Wanted], list[Problem]]:
    """The people in a file, CSV or XLSX, and what is wrong in it without asking what is stored."""
    if len(data) > LARGEST:
        raise RuleBroken("labs:provision-file", "people")
    try:
        sheet = workbooks.read(data, list(COLUMNS)).sheets[0]
    except workbooks.Unreadable as problem:
        raise RuleBroken("labs:provision-file", "people") from problem
    return read([(row.number, {at: cell.shown for at, cell in row.cells.items()}) for row in sheet.rows])


def try_out(data: bytes, *, actor: Actor, invite: bool) -> Outcome:
    """What a list would do. All of it is done and taken back, so that the answer is the truth."""
    wanted, problems = read_list(data)
    wrong = {problem.line for problem in problems}
    outcome = Outcome(problems=list(problems))
    with contextlib.suppress(_TakenBack), db.session.begin_nested():
        for one in wanted:
            if one.line in wrong:
                continue
            try:
                with db.session.begin_nested():
                    outcome.lines.append(_line(one, actor=actor, invite=invite))
            except RuleBroken as problem:
                outcome.problems.append(_problem(one, problem))
        raise _TakenBack
    outcome.problems.sort(key=lambda problem: problem.line)
    return outcome


class _TakenBack(Exception):
    """Nothing of what was tried stays."""


def provision(data: bytes, *, actor: Actor, invite: bool) -> Outcome:
    """Do it, all or nothing: the first refusal ends it."""
    wanted, problems = read_list(data)
    if problems:
        raise RuleBroken("labs:provision-file", "people")
    outcome = Outcome([_line(one, actor=actor, invite=invite) for one in wanted])
    person = db.session.get(Person, actor.id)
    if outcome.changed and person is not None:
        after = {"rows": len(wanted), "changed": len(outcome.changed)}
        record(
            "labs:people:provision", person, actor=actor, before={}, after=after, change=begin(actor=actor)
        )
    return outcome


def _problem(one: Wanted, problem: RuleBroken) -> Problem:
    column = {"role": "roles", "disabled": "active", "valid_to": "institution"}.get(
        problem.field or "", problem.field
    )
    column = (
        column if column in one.values else "active" if problem.code.endswith("disable-own") else column or ""
    )
    return Problem(one.line, column, one.values.get(column, ""), problem.code, tuple(problem.facts.items()))


def _line(one: Wanted, *, actor: Actor, invite: bool) -> Line:
    person = _find(one)
    before = _picture(person) if person else {}
    is_new = person is None
    person = _texts(one, person, actor=actor)
    db.session.flush()
    if (roles := one.several("roles")) is not None:
        _roles(person, roles, actor=actor)
    if (codes := one.several("institution")) is not None:
        _institutions(person, codes, actor=actor)
    _account(one, person, actor=actor, invite=invite)
    db.session.flush()
    after = _picture(person)
    changes = tuple(
        (key, before.get(key, ""), after[key]) for key in after if before.get(key, "") != after[key]
    )
    stopped = any(key == "active" and not value for key, _before, value in changes)
    duties = queries.count_duties(person.id) if stopped else 0
    return Line(one.line, person.code, person.email or "", is_new, changes, duties)


def _find(one: Wanted) -> Person | None:
    if one.values.get("code"):
        found = db.session.scalar(select(Person).where(Person.code == one.values["code"]))
        if found is not None:
            return found
    account = queries.account_by_email(one.values["email"])
    if account is not None:
        return account.person
    same = func.lower(Person.email) == one.values["email"].lower()
    return db.session.scalar(select(Person).where(same))


def _texts(one: Wanted, person: Person | None, *, actor: Actor) -> Person:
    said = {key: text for key in TEXTS if (text := one.text(key)) is not None}
    if person is None:
        if not said.get("name_hans"):
            raise RuleBroken("labs:provision-name", "name_hans")
        return accounts.create_person(actor=actor, code=one.values.get("code", ""), account=False, **said)
    if said.get("name_hans") == "":
        raise RuleBroken("labs:provision-name", "name_hans")
    same_address = (person.email or "").casefold() == said.get("email", "").casefold()
    if same_address:
        said.pop("email", None)
    if any(getattr(person, key) != text for key, text in said.items()):
        accounts.edit_person(person, actor=actor, version=None, **said)
    return person


def _roles(person: Person, wanted: set[str], *, actor: Actor) -> None:
    held = person.roles_on(clock.today())
    for role in sorted(wanted - held):
        accounts.grant_role(person, role, actor=actor)
    for role in sorted(held - wanted):
        accounts.revoke_role(person, role, actor=actor)


def _memberships(person: Person) -> dict[str, InstitutionMember]:
    query = select(Institution.code, InstitutionMember).join(
        InstitutionMember, InstitutionMember.institution_id == Institution.id
    )
    mine = query.where(
        InstitutionMember.person_id == person.id, queries.holds_on(InstitutionMember, clock.today())
    )
    return {code: row for code, row in db.session.execute(mine)}


def _institutions(person: Person, wanted: set[str], *, actor: Actor) -> None:
    meant = {one.code: one for one in map(_institution, sorted(wanted))}
    held = _memberships(person)
    yesterday = clock.today() - timedelta(days=1)
    for code, row in sorted(held.items()):
        if code not in meant:
            last = max(row.valid_from, yesterday)
            people.leave(row.institution, row.id, actor=actor, version=None, valid_to=last)
    for code in sorted(set(meant) - set(held)):
        known: dict[str, Any] = {"role": "member", "valid_from": clock.today()}
        people.join(meant[code], actor=actor, version=None, email=person.email or "", **known)


def _institution(word: str) -> Institution:
    """By its code, or as a directory calls it: by any of its names."""
    found = db.session.scalar(select(Institution).where(Institution.code == word))
    found = found or institution_by_name(word)
    if found is None:
        raise RuleBroken("labs:provision-institution", "institution", word=word)
    return found


def _account(one: Wanted, person: Person, *, actor: Actor, invite: bool) -> None:
    active, by_email = one.flag("active"), one.flag("sso")
    account = person.account
    if account is None and active is not False:
        account = accounts.open_account(person, actor=actor)
        if invite and not by_email:
            accounts.make_link(account, "invitation", actor=actor, send=True)
    if account is None:
        return
    if active is False and account.disabled_at is None:
        accounts.disable(account, actor=actor)
    if active and account.disabled_at is not None:
        accounts.enable(account, actor=actor)
    if by_email is not None:
        sso.allow(account, by_email, actor=actor)


def _picture(person: Person) -> dict[str, str]:
    account = person.account
    return {
        **{key: getattr(person, key) or "" for key in TEXTS},
        "institution": ";".join(sorted(_memberships(person))),
        "roles": ";".join(sorted(person.roles_on(clock.today()))),
        "active": "1" if account is not None and account.disabled_at is None else "",
        "sso": "1" if account is not None and account.sso_by_email else "",
    }
