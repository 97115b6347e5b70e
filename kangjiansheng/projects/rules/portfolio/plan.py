"""From the rows of the four files to a plan of laboratories, projects, milestones and ledger entries."""

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from kangjiansheng.core.calendar import start_of

from .. import vocabulary
from ..codes import is_code, is_decision
from ..vocabulary import Term
from .derived import compare_derived, compare_order
from .history import Dates, entries, opening_day
from .planned import Known, PlannedLab, PlannedMilestone, PlannedProject, PortfolioPlan
from .tables import REQUIRED_FILES, Problems, Row, find_files, read_table

T = TypeVar("T", bound=Term)
_NOTHING_KNOWN = Known()


def read(files: Mapping[str, bytes], today: date, known: Known = _NOTHING_KNOWN) -> PortfolioPlan:
    """Read the files of a folder (name → bytes) into a plan with all errors and warnings.

    `today` stands in for a missing `as_of`. `known` names what exists already: rows may belong to it.
    Never raises for what the files hold.
    """
    problems = Problems()
    names = find_files(files)
    for table in REQUIRED_FILES:
        if table not in names:
            problems.add("file-missing", file=f"{table}.csv", error=True)
    rows = {table: read_table(table, files[name], name, problems) for table, name in names.items()}
    if any(problem.error for problem in problems.found):
        # A table that could not be read would make every row of the others look wrong.
        return PortfolioPlan((), (), (), (), tuple(problems.found))
    as_of = _as_of(rows.get("portfolio", []), today)

    labs = _labs(rows.get("joint_labs", []), problems)
    heads = _unique(rows.get("portfolio", []), ("project_code",), problems)
    starts = dict(known.projects) | {row.word("project_code"): row.day("baseline_start") for row in heads}
    reports = _reports(rows.get("forecast_history", []), starts, problems)
    as_ofs = {row.word("project_code"): row.day("as_of") or as_of for row in heads}
    templates = {row.word("project_code"): _template(row) for row in heads}

    found: dict[str, list[tuple[PlannedMilestone, Dates, Row]]] = {}
    for row in _unique(rows.get("milestones", []), ("project_code", "milestone_code"), problems):
        project = row.word("project_code")
        if project not in starts:
            problems.add("project-nowhere", row, "project_code", error=True)
            continue
        taken = reports.pop((project, row.word("milestone_code")), {})
        dates = Dates.of(row, taken, starts[project], as_ofs.get(project, as_of))
        position = len(found.setdefault(project, []))
        found[project].append((_milestone(row, dates, templates.get(project), position), dates, row))
    for key, rest in reports.items():
        for _, row in rest.values():
            # History alone says nothing new about a milestone that exists already.
            code = "report-ignored" if key in known.milestones else "milestone-nowhere"
            problems.add(code, row, "milestone_code")

    projects = []
    for row in heads:
        code = row.word("project_code")
        milestones = found.get(code, [])
        project_row = _project(row, as_ofs[code], [dates for _, dates, _ in milestones])
        compare_derived(row, [(m.code, d, r) for m, d, r in milestones])
        compare_order([(m, d, r) for m, d, r in milestones])
        if project_row is not None:
            projects.append(project_row)
            if project_row.lab_code and project_row.lab_code not in labs:
                labs[project_row.lab_code] = PlannedLab(
                    project_row.lab_code, row.text("joint_lab_zh"), "", project_row.illustrative, None
                )
    institutions = [lab.lead_partner for lab in labs.values() if lab.lead_partner]
    institutions += [partner for project in projects for partner in project.partners]
    order = list(found)
    return PortfolioPlan(
        labs=tuple(labs.values()),
        projects=tuple(projects),
        milestones=tuple(m for code in order for m, _, _ in found[code]),
        institutions=tuple(dict.fromkeys(institutions)),
        problems=tuple(problems.found),
    )


def _as_of(rows: list[Row], today: date) -> date:
    """The file's day: the latest that any row names, else today."""
    # A quiet look: unreadable dates are noted once, where the row itself is read.
    quiet = [Row(row.file, row.number, row.cells, Problems()).day("as_of") for row in rows]
    return max((day for day in quiet if day is not None), default=today)


def _unique(rows: list[Row], key: tuple[str, ...], problems: Problems) -> list[Row]:
    """Rows whose code is well formed and stands once; the others are noted as errors."""
    seen: dict[tuple[str, ...], Row] = {}
    for row in rows:
        code = tuple(row.word(column) for column in key)
        bad = next((column for column in key if not is_code(row.word(column))), None)
        if bad is not None:
            problems.add("code-invalid" if row.word(bad) else "code-missing", row, bad, error=True)
        elif code in seen:
            problems.add("code-twice", row, key[-1], error=True, first_row=seen[code].number)
        else:
            seen[code] = row
    return list(seen.values())


def _labs(rows: list[Row], problems: Problems) -> dict[str, PlannedLab]:
    return {
        row.word("code"): PlannedLab(
            code=row.word("code"),
            name_hans=row.text("name_zh"),
            lead_partner=row.text("lead_partner"),
            illustrative=row.yes("illustrative"),
            row=row.number,
        )
        for row in _unique(rows, ("code",), problems)
    }


Reports = dict[tuple[str, str], dict[date, tuple[date, Row]]]


def _reports(rows: list[Row], projects: Mapping[str, object], problems: Problems) -> Reports:
    """Forecasts by milestone and day of report."""
    found: Reports = {}
    for row in rows:
        key = (row.word("project_code"), row.word("milestone_code"))
        reported, forecast = row.day("report_date"), row.day("forecast_date")
        if key[0] not in projects:
            problems.add("project-nowhere", row, "project_code", error=True)
            continue
        if reported is None or forecast is None:
            for column in ("report_date", "forecast_date"):
                if not row.word(column):
                    problems.add("date-missing", row, column)
            continue
        of_milestone = found.setdefault(key, {})
        if reported in of_milestone:
            problems.add("report-twice", row, "report_date", first_row=of_milestone[reported][1].number)
        of_milestone[reported] = (forecast, row)
    return found


def _template(row: Row) -> vocabulary.Template | None:
    return vocabulary.match(row.word("pathway_template"), vocabulary.templates())


def _required(row: Row, column: str, code: str, terms: Mapping[str, T]) -> str | None:
    term = vocabulary.match(row.word(column), terms)
    if term is None:
        row.problems.add(code, row, column, error=True)
        return None
    return term.code


def _project(row: Row, as_of: date, milestones: list[Dates]) -> PlannedProject | None:
    modality = _required(row, "modality_code", "unknown-modality", vocabulary.modalities())
    pathway = _required(row, "pathway_template", "unknown-template", vocabulary.templates())
    stage = _required(row, "stage", "unknown-stage", vocabulary.stages())
    status = _required(row, "status", "unknown-status", vocabulary.project_statuses())
    lab = row.word("joint_lab_code")
    if lab and not is_code(lab):
        row.problems.add("code-invalid", row, "joint_lab_code", error=True)
    if modality is None or pathway is None or stage is None or status is None:
        return None
    group = vocabulary.match(row.word("indication_group"), vocabulary.indication_groups())
    if group is None and row.text("indication_group"):
        row.problems.add("unknown-group", row, "indication_group")
    if (
        row.text("donor_source")
        and vocabulary.match(row.text("donor_source"), vocabulary.donor_sources()) is None
    ):
        row.problems.add("unknown-donor", row, "donor_source")
    if not row.text("name_zh"):
        row.problems.add("name-missing", row, "name_zh")
    if not row.word("as_of"):
        row.problems.add("as-of-missing", row, "as_of", used=as_of)
    start = row.day("baseline_start")
    opens = min([as_of, *([start] if start else []), *map(opening_day, milestones)])
    return PlannedProject(
        code=row.word("project_code"),
        name_hans=row.text("name_zh") or row.text("name_en") or row.word("project_code"),
        name_en=row.text("name_en"),
        modality=modality,
        donor_source=row.text("donor_source"),
        target=row.text("target"),
        indication_hans=row.text("indication_zh"),
        indication_group=group.code if group else row.text("indication_group"),
        lab_code=lab or None,
        partners=row.parts("partners"),
        pathway=pathway,
        stage=stage,
        status=status,
        priority=row.word("priority"),
        baseline_start=start,
        owner_role=row.text("owner_role"),
        note=row.raw("note"),
        as_of=as_of,
        illustrative=row.yes("illustrative"),
        effective_at=start_of(opens),
        row=row.number,
    )


def _milestone(
    row: Row, dates: Dates, template: vocabulary.Template | None, position: int
) -> PlannedMilestone:
    code = row.word("milestone_code")
    known = template.milestone(code) if template else None
    if template and known is None and not is_decision(code):
        row.problems.add("milestone-outside-template", row, "milestone_code", template=template.code)
    hans, hant, en = row.text("milestone_zh"), "", row.text("milestone_en")
    if known and (not hans or vocabulary.folded(hans) == vocabulary.folded(known.name.hans)):
        # The file writes the template's own words: take all three scripts of it.
        hans, hant, en = known.name.hans, known.name.hant, en or known.name.en
    return PlannedMilestone(
        project_code=row.word("project_code"),
        code=code,
        name_hans=hans or en or code,
        name_hant=hant,
        name_en=en,
        kind="decision" if is_decision(code) else "milestone",
        gate=row.yes("gate") if row.word("gate") else bool(known and known.gate),
        position=position,
        predecessors=known.predecessors if known else (),
        unit="workday" if known and known.duration_unit == "workday" else "day",
        evidence_ref=row.text("evidence_ref"),
        illustrative=row.yes("illustrative"),
        entries=entries(dates, decision=is_decision(code)),
        row=row.number,
    )
