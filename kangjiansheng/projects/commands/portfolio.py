"""The import of a portfolio from the command line."""

import json
import sys
from pathlib import Path
from typing import Any

from kangjiansheng.core.changes import Actor
from kangjiansheng.core.i18n import speaking
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects.forms.imports import line, sentence
from kangjiansheng.projects.operations import imports
from kangjiansheng.projects.queries.imports import Comparison, compare
from kangjiansheng.projects.rules.portfolio import FILES, Problem, find_files


def import_portfolio(folder: Path, *, dry_run: bool, as_json: bool, actor: Actor) -> int:
    """Import the CSV files of a folder, or only say what that would do. Returns the exit code.

    Errors go to stderr, one line each, with the file, the row as a spreadsheet shows it, the column and the
    reason; then the code is 1 and nothing is written.
    """
    with speaking("en"):
        if dry_run:
            found = compare(_read(folder))
        else:
            with writing():
                found = compare(_read(folder))
                if not found.errors:
                    imports.apply(found, actor=actor)
        return _report(found, dry_run=dry_run, as_json=as_json)


def _read(folder: Path) -> dict[str, bytes]:
    names = find_files(path.name for path in folder.iterdir() if path.is_file())
    return {name: (folder / name).read_bytes() for name in names.values()}


def _report(found: Comparison, *, dry_run: bool, as_json: bool) -> int:
    if as_json:
        print(json.dumps(_facts(found, dry_run=dry_run), ensure_ascii=False, indent=1))
    if found.errors:
        for problem in found.errors:
            print(f"kangjiansheng: {line(problem)}", file=sys.stderr)
        print(f"kangjiansheng: {len(found.errors)} errors, nothing was written", file=sys.stderr)
        return 1
    if not as_json:
        _tell(found, dry_run=dry_run)
    return 0


def _tell(found: Comparison, *, dry_run: bool) -> None:
    for problem in found.warnings:
        print(f"warning: {line(problem)}")
    for name in found.institutions:
        print(f"new institution: {name}")
    for lab in found.labs:
        print(f"new laboratory: {lab.code} {lab.name_hans}")
    for project in found.projects:
        print(f"new project: {project.code} {project.name_hans}")
    for changed in found.changed_projects:
        print(f"changed project: {changed.project.code} ({', '.join(_changed_words(changed))})")
    for change in found.changed_milestones:
        print(f"changed milestone: {change.planned.project_code} {change.planned.code}")
    if found.changes_nothing:
        print("changes nothing")
        return
    counts = found.counts()
    made = ", ".join(f"{number} {kind}" for kind, number in counts["created"].items())
    changed_words = ", ".join(f"{number} {kind}" for kind, number in counts["changed"].items())
    print(f"{'would create' if dry_run else 'created'}: {made}")
    print(f"{'would change' if dry_run else 'changed'}: {changed_words}")


def _changed_words(changed: Any) -> list[str]:
    words = list(changed.values)
    return words + ["joint_lab_code"] * bool(changed.lab_code) + ["partners"] * bool(changed.partners)


def _facts(found: Comparison, *, dry_run: bool) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "written": not (dry_run or found.errors or found.changes_nothing),
        **found.counts(),
        "new": {
            "institutions": found.institutions,
            "labs": [lab.code for lab in found.labs],
            "projects": [project.code for project in found.projects],
        },
        "warnings": [_problem(problem) for problem in found.warnings],
        "errors": [_problem(problem) for problem in found.errors],
        "files": list(FILES),
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "file": problem.file,
        "row": problem.row,
        "column": problem.column,
        "value": problem.value,
        "reason": sentence(problem),
    }
