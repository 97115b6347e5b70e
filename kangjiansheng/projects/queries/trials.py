"""What is kept of trial registries, and what an import of a file would do. Reads only."""

import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import defer, joinedload

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.labs.queries import Directory
from kangjiansheng.projects.models import Project, ProjectRegistration, RegistryRecord, RegistrySource
from kangjiansheng.projects.queries.visible import may_see
from kangjiansheng.projects.rules.codes import is_code
from kangjiansheng.projects.rules.registry import Number
from kangjiansheng.projects.rules.trials import Reading, Trial, read
from kangjiansheng.projects.rules.trials.compare import Changed, changes

NEW, SKIP = "new", "skip"  # what may be chosen for a record, beside the code of a project


@dataclass(slots=True)
class Step:
    """What an import does with one record.

    `kind`: new (a project is made), attach (its first version at a project), update (a newer version), same and
    older (nothing is written), skip, or refused (with `problem`, a code).
    """

    trial: Trial
    kind: str
    code: str = ""  # of the project, or of the new one
    project: Project | None = None
    targets: list[str] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)  # that the project does not have yet
    before: RegistryRecord | None = None
    changes: list[Changed] = field(default_factory=list)
    parties: dict[str, str] = field(default_factory=dict)  # of a new project: institution code → role
    problem: str = ""

    @property
    def writes(self) -> bool:
        """Whether anything is written for it."""
        return self.kind in ("new", "attach", "update")

    @property
    def target(self) -> str:
        """What was chosen for it."""
        return self.kind if self.kind in (NEW, SKIP) else self.code


@dataclass(slots=True)
class Look:
    """All that the import of a file would do."""

    reading: Reading
    name: str
    steps: list[Step]

    @property
    def refused(self) -> list[Step]:
        """The records for which somebody must decide first: with one of them nothing is written."""
        return [step for step in self.steps if step.kind == "refused"]

    @property
    def changes_nothing(self) -> bool:
        """True when the file says nothing that is not kept already."""
        return not any(step.writes for step in self.steps)


@dataclass(frozen=True, slots=True)
class Rights:
    """What the actor may do, as the policies say: make projects, and change those with these codes."""

    create: bool
    editable: Collection[str]
    series: str = ""  # the laboratory in whose series of codes new projects are made; "" for who may give any


def look(
    data: bytes,
    name: str,
    *,
    actor: Actor,
    rights: Rights,
    only: Project | None = None,
    chosen: Mapping[int, str] | None = None,
    code: str = "",
) -> Look:
    """Read a file and say what its import would do.

    A record belongs to the project that carries its number, else one of its further numbers. `only` keeps all to one
    project; `chosen` says by the record's position what the reader chose; `code` names the project, or the new one.
    """
    reading = read(data)
    owners = _owners(reading.trials, actor=actor)
    named = {name for both in owners for codes in both for name in codes}
    projects = _projects(
        {code, *(chosen or {}).values(), *named, *([only.code] if only else [])}, actor=actor
    )
    versions = _versions([project.id for project in projects.values()])
    found = Look(reading, name, [])
    directory: list[Directory] = []
    for place, trial in enumerate(reading.trials):
        step = Step(trial, "refused")
        alone = len(reading.trials) == 1
        by_default = _targets(step, *owners[place], rights, only, alone=alone)
        asked = (chosen or {}).get(place, "")
        _aim(step, asked if asked in step.targets else code or by_default, owners[place], projects, rights)
        if step.project is not None and not step.problem:
            _compare(step, versions[step.project.id])
        elif step.kind == NEW:
            directory = directory or [Directory()]
            step.parties = _parties(trial, directory[0])
            step.numbers = trial.numbers
        found.steps.append(step)
    _codes_once(found.steps)
    return found


Owners = tuple[list[str], list[str]]  # of the record's own number, of its further numbers


def _owners(trials: list[Trial], *, actor: Actor) -> list[Owners]:
    """By position the codes of the visible projects that carry the record's numbers."""
    normal = {number.normal for trial in trials for number in trial.numbers}
    query = (
        select(ProjectRegistration.register, ProjectRegistration.number, Project.code)
        .join(Project, Project.id == ProjectRegistration.project_id)
        .where(ProjectRegistration.number.in_(normal), may_see(actor))
        .order_by(Project.code)
    )
    by_number: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for register, number, code in db.session.execute(query):
        by_number[register, number].append(code)
    return [_of(trial, by_number) for trial in trials]


def _of(trial: Trial, by_number: Mapping[tuple[str, str], list[str]]) -> Owners:
    own, *others = [by_number.get((number.registry, number.normal), []) for number in trial.numbers]
    return own, list(dict.fromkeys(code for codes in others for code in codes))


def _projects(codes: Iterable[str], *, actor: Actor) -> dict[str, Project]:
    query = select(Project).where(Project.code.in_(set(codes)), may_see(actor))
    query = query.options(joinedload(Project.registrations))
    return {project.code: project for project in db.session.scalars(query).unique()}


def _versions(ids: list[int]) -> dict[int, list[RegistryRecord]]:
    found: defaultdict[int, list[RegistryRecord]] = defaultdict(list)
    query = select(RegistryRecord).where(RegistryRecord.project_id.in_(ids)).order_by(RegistryRecord.id)
    for record in db.session.scalars(query):
        found[record.project_id].append(record)
    return found


def _targets(
    step: Step, own: list[str], others: list[str], rights: Rights, only: Project | None, *, alone: bool
) -> str:
    """Note what may be chosen for a record, and give what is chosen unless somebody says otherwise."""
    if only is not None:
        step.targets = [only.code, SKIP]
        return only.code if alone or only.code in own + others else SKIP
    new = [NEW] if rights.create else []
    step.targets = [*own, SKIP] if own else [*new, *sorted({*others, *rights.editable}), SKIP]
    nearest = own or others
    return nearest[0] if len(nearest) == 1 else "" if nearest else NEW if new else ""


def _aim(step: Step, target: str, owners: Owners, projects: Mapping[str, Project], rights: Rights) -> None:
    """Turn what was chosen into the project to which the record goes."""
    own, others = owners
    if target == SKIP:
        step.kind = SKIP
    elif not target:
        nobody = "may-not-create" if step.targets == [SKIP] else "choose-project"
        step.problem = "several-projects" if own or others else nobody
    elif own and target not in own:
        step.code, step.problem = own[0], "number-elsewhere"
    elif target in projects:
        step.project, step.code = projects[target], target
        step.problem = _closed(step.project, rights)
    else:
        _make(step, new_code(step.trial, rights.series) if target == NEW else target, rights)


def _closed(project: Project, rights: Rights) -> str:
    if project.archived_at is not None:
        return "project-archived"
    return "" if project.code in rights.editable else "not-yours"


def _make(step: Step, code: str, rights: Rights) -> None:
    step.code = code
    if not rights.create:
        step.problem = "may-not-create"
    elif not is_code(code):
        step.problem = "code-invalid"
    elif db.session.scalar(select(Project.id).where(Project.code == code)):
        step.problem = "code-taken"
    else:
        step.kind = NEW


def new_code(trial: Trial, series: str = "") -> str:
    """The code of a project that is made from a record: its number, within the series of a laboratory if one is given."""
    if trial.number is None:
        return ""
    whole = f"{series}-{trial.number.normal.upper()}"
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in whole).strip("-")[:40]


def _codes_once(steps: list[Step]) -> None:
    seen: set[str] = set()
    for step in steps:
        if step.kind == NEW and step.code in seen:
            step.kind, step.problem = "refused", "code-taken"
        seen.add(step.code)


def _compare(step: Step, kept: list[RegistryRecord]) -> None:
    """Beside the versions of the same record that are kept."""
    trial = step.trial
    assert trial.number is not None and step.project is not None
    own = [row for row in kept if (row.register, row.number) == (trial.register, trial.number.normal)]
    step.before = own[-1] if own else None
    there = {(row.register, row.number) for row in step.project.registrations}
    step.numbers = [number for number in trial.numbers if (number.registry, number.normal) not in there]
    if trial.content in [row.content for row in own]:
        step.kind, step.numbers = "same", []
    elif step.before is None:
        step.kind = "attach"
    elif _is_older(trial.stated_on, step.before.stated_on):
        step.kind, step.numbers = "older", []
    else:
        step.kind = "update"
        step.changes = changes(step.before.facts, trial.facts())


def _is_older(stated: date | None, kept: date | None) -> bool:
    return stated is not None and kept is not None and stated < kept


def _parties(trial: Trial, directory: Directory) -> dict[str, str]:
    """The institutions of the register that a record names. Those that it lacks are kept as text only."""
    roles = [(trial.sponsor, "sponsor"), *((n, "clinical") for n in trial.institutions)]
    roles += [(name, "partner") for name in trial.collaborators]
    found: dict[str, str] = {}
    for name, role in roles:
        institution = directory.find(name) if name else None
        if institution is not None and not institution.regulator and institution.archived_at is None:
            found.setdefault(institution.code, role)
    return found


def records(project_id: int, *, as_of: date | None = None) -> list[RegistryRecord]:
    """The newest version of each record of a project, as of a day; whoever sees the project sees them."""
    query = select(func.max(RegistryRecord.id)).where(RegistryRecord.project_id == project_id)
    if as_of is not None:
        query = query.where(RegistryRecord.recorded_at <= clock.end_of(as_of))
    newest = query.group_by(RegistryRecord.register, RegistryRecord.number)
    return list(
        db.session.scalars(
            select(RegistryRecord).where(RegistryRecord.id.in_(newest)).order_by(RegistryRecord.id)
        )
    )


def record(*, actor: Actor, code: str, number: int) -> RegistryRecord | None:
    """One version of a record of a project that the actor may see."""
    query = (
        select(RegistryRecord)
        .join(RegistryRecord.project)
        .where(Project.code == code, RegistryRecord.id == number, may_see(actor))
        .options(
            joinedload(RegistryRecord.project),
            joinedload(RegistryRecord.source).options(defer(RegistrySource.packed)),
        )
    )
    return db.session.scalar(query)


def with_file(*, actor: Actor, code: str, number: int) -> RegistryRecord | None:
    """The same, while the file from which it was read is the actor's to see."""
    found = record(actor=actor, code=code, number=number)
    return found if found is not None and opens_file(found, actor=actor) else None


def opens_file(kept: RegistryRecord, *, actor: Actor) -> bool:
    """Whether the actor sees the projects of all records that came in with this one: their file names each of them. What
    others have brought with the same file changes nothing."""
    hidden = (
        select(RegistryRecord.id)
        .join(RegistryRecord.project)
        .where(RegistryRecord.change_set_id == kept.change_set_id, ~may_see(actor))
    )
    return db.session.scalar(hidden.limit(1)) is None


def versions_of(kept: RegistryRecord, *, as_of: date | None = None) -> list[RegistryRecord]:
    """All versions of a record at its project, oldest first."""
    query = select(RegistryRecord).where(
        RegistryRecord.project_id == kept.project_id,
        RegistryRecord.register == kept.register,
        RegistryRecord.number == kept.number,
    )
    if as_of is not None:
        query = query.where(RegistryRecord.recorded_at <= clock.end_of(as_of))
    return list(db.session.scalars(query.order_by(RegistryRecord.id)))


def bytes_of(source: RegistrySource) -> bytes:
    """The file as it came."""
    return zlib.decompress(source.packed)
