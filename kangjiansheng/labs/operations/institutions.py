"""Registering and editing institutions."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from kangjiansheng.core import text
from kangjiansheng.core.changes import Actor, ChangeSet, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.labs import notices, queries, rules
from kangjiansheng.labs.models import Institution, InstitutionAlias, InstitutionSector
from kangjiansheng.labs.operations.archiving import check_free, check_open


def create_institution(
    *,
    actor: Actor,
    code: str,
    name_hans: str,
    alias_lines: str = "",
    sector_codes: Iterable[str] = (),
    change: ChangeSet | None = None,
    recording: dict[str, Any] | None = None,
    **fields: Any,
) -> Institution:
    """Register an institution. Its code and its names must be free.

    `fields` are name_hant, name_en, regulator, role_hans, source, illustrative; `recording` goes on to
    `core.changes.record` (source, effective_at).
    """
    check_free(Institution, code)
    _check_names(name_hans, besides=0)
    institution = Institution(code=code, name_hans=name_hans, **fields)
    _set_aliases(institution, alias_lines)
    _set_sectors(institution, sector_codes)
    db.session.add(institution)
    record("labs:institution:create", institution, actor=actor, before={}, change=change, **recording or {})
    return institution


def edit_institution(
    institution: Institution,
    *,
    actor: Actor,
    version: int | None,
    name_hans: str,
    alias_lines: str = "",
    sector_codes: Iterable[str] = (),
    **fields: Any,
) -> Institution:
    """Change names, aliases, sectors and description of an institution; its code stays."""
    expect(institution, version)
    check_open(institution)
    _check_names(name_hans, besides=institution.id)
    before = institution.state()
    institution.name_hans = name_hans
    for key, value in fields.items():
        setattr(institution, key, value)
    _set_aliases(institution, alias_lines)
    _set_sectors(institution, sector_codes)
    if institution.state() == before:
        return institution
    done = record("labs:institution:edit", institution, actor=actor, before=before)
    notices.changed(institution, "labs:institution:edit", actor=actor, change=done)
    return institution


def ensure_institution(
    name: str,
    *,
    actor: Actor,
    change: ChangeSet | None = None,
    directory: queries.Directory | None = None,
    illustrative: bool = False,
    recording: dict[str, Any] | None = None,
) -> Institution:
    """The institution under a name or alias in any script; registered under a code of its own when there is none.

    A batch passes one `directory` for all its names.
    """
    directory = directory or queries.Directory()
    name = text.line(name)
    found = directory.find(name)
    if found is None:
        found = create_institution(
            actor=actor,
            code=_next_code(),
            name_hans=name,
            illustrative=illustrative,
            change=change,
            recording=recording,
        )
        directory.add(found)
    return found


def _next_code() -> str:
    taken = set(db.session.scalars(select(Institution.code).where(Institution.code.like("ORG-%"))))
    return next(code for number in range(1, len(taken) + 2) if (code := f"ORG-{number:03d}") not in taken)


def _check_names(name: str, *, besides: int) -> None:
    other = queries.institution_by_name(name)
    if other is not None and other.id != besides:
        raise RuleBroken("labs:name-taken", "name_hans", name=name, code=other.code)


def _set_aliases(institution: Institution, lines: str) -> None:
    wanted = {line for raw in lines.splitlines() if (line := text.line(raw))}
    if any(len(line) > 400 for line in wanted):
        raise RuleBroken("labs:alias-long", "alias_lines")
    kept = [alias for alias in institution.aliases if alias.text in wanted]
    new = sorted(wanted - {alias.text for alias in kept})
    institution.aliases = [*kept, *(InstitutionAlias(text=line) for line in new)]


def _set_sectors(institution: Institution, codes: Iterable[str]) -> None:
    wanted = set(codes)
    rules.check_sectors(wanted)
    kept = [row for row in institution.sectors if row.sector in wanted]
    new = sorted(wanted - {row.sector for row in kept})
    institution.sectors = [*kept, *(InstitutionSector(sector=code) for code in new)]
