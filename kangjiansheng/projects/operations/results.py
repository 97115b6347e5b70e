"""Results of research: registered, changed, given a destination, put away. Each act leaves a revision."""

from collections.abc import Collection
from datetime import date
from typing import Any

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, record, state_before
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.numbering import drawn
from kangjiansheng.projects.models import Result, ResultCompany
from kangjiansheng.projects.notices import results as notices
from kangjiansheng.projects.queries import results
from kangjiansheng.projects.queries.results import offered
from kangjiansheng.projects.rules import results as rules


def create_result(
    *,
    actor: Actor,
    code: str = "",
    project_id: int | None = None,
    company_ids: Collection[int] = (),
    illustrative: bool = False,
    recording: dict[str, Any] | None = None,
    **facts: Any,
) -> Result:
    """Register a result of an institution of the actor's, with where it goes. Its code is drawn, unless one is given."""
    made = Result(code=code or drawn("RS", Result.code), illustrative=illustrative)
    _write(made, project_id, company_ids, facts, actor=actor)
    db.session.add(made)
    db.session.flush()
    change = record("projects:result:create", made, actor=actor, before={}, **recording or {})
    notices.placed(made, actor=actor, change=change)
    return made


def edit_result(
    one: Result,
    *,
    actor: Actor,
    version: int | None,
    project_id: int | None = None,
    company_ids: Collection[int] = (),
    **facts: Any,
) -> Result:
    """Change what is written of a result, or where it goes. A destination that the actor does not see stays."""
    expect(one, version)
    _open(one)
    before, project = one.state(), one.project_id
    _write(one, project_id, company_ids, facts, actor=actor)
    db.session.flush()
    if one.state() == before:
        return one
    change = record("projects:result:edit", one, actor=actor, before=before)
    if one.project_id != project:
        notices.placed(one, actor=actor, change=change)
    return one


def undo_edit(one: Result, *, actor: Actor, version: int | None) -> Result:
    """Take back the last edit, by whom it was: the result stands as before it. Refused when something came after."""
    expect(one, version)
    _open(one)
    if not results.undoable(one, actor=actor):
        raise RuleBroken("projects:result-undo")
    before, then, project = one.state(), state_before(one), one.project_id
    for key in then.keys() - {"companies", "archived_at"}:
        setattr(one, key, date.fromisoformat(then[key]) if key == "disclosed_on" else then[key])
    for row in list(one.companies):
        if row.company_id not in then["companies"]:
            one.companies.remove(row)
    kept = {row.company_id for row in one.companies}
    one.companies += [ResultCompany(company_id=key) for key in then["companies"] if key not in kept]
    db.session.flush()
    change = record("projects:result:undo", one, actor=actor, before=before, source="undo")
    if one.project_id != project:
        db.session.expire(one, ["project"])
        notices.placed(one, actor=actor, change=change)
    return one


def archive_result(one: Result, *, actor: Actor, version: int | None = None) -> None:
    """Put a result away."""
    expect(one, version)
    _open(one)
    before = one.state()
    one.archived_at = clock.now()
    db.session.flush()
    record("projects:result:archive", one, actor=actor, before=before)


def restore_result(one: Result, *, actor: Actor) -> None:
    """Take a result out of the archive."""
    if one.archived_at is None:
        return
    before = one.state()
    one.archived_at = None
    db.session.flush()
    record("projects:result:restore", one, actor=actor, before=before)


def _open(one: Result) -> None:
    if one.archived_at is not None:
        raise RuleBroken("projects:result-archived")


def _write(
    one: Result, project_id: int | None, company_ids: Collection[int], facts: dict[str, Any], *, actor: Actor
) -> None:
    rules.check(facts, clock.today())
    known = offered(actor=actor)
    if facts["institution_id"] not in {row.id for row in known["parties"]} | {one.institution_id}:
        raise RuleBroken("projects:result-party", "institution_id")
    for key, value in facts.items():
        setattr(one, key, value)
    projects = {row.id: row for row in known["project_rows"]}
    if one.project_id is None or one.project_id in projects:  # what one does not see one does not take away
        if project_id is not None and project_id not in projects:
            raise RuleBroken("projects:result-project", "project_id")
        one.project = projects[project_id] if project_id is not None else None
        one.project_id = project_id
    companies = {row.id: row for row in known["company_rows"]}
    if not set(company_ids) <= companies.keys():
        raise RuleBroken("projects:result-company", "company_ids")
    kept = {row.company_id for row in one.companies}
    for row in list(one.companies):
        if row.company_id in companies and row.company_id not in company_ids:
            one.companies.remove(row)
    for company_id in company_ids:
        if company_id not in kept:
            one.companies.append(ResultCompany(company=companies[company_id], company_id=company_id))
