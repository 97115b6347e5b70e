"""The import of a registry's file from the command line."""

import json
import sys
from pathlib import Path
from typing import Any

from kangjiansheng.core.changes import Actor
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.i18n import explain, speaking
from kangjiansheng.core.transactions import writing
from kangjiansheng.projects import policies
from kangjiansheng.projects.forms import trials as words
from kangjiansheng.projects.operations import trials as operations
from kangjiansheng.projects.policies.codes import series
from kangjiansheng.projects.queries.trials import Look, Rights, Step, look
from kangjiansheng.projects.rules.trials import LARGEST


def import_trial(file: Path, *, project: str, lab: str, dry_run: bool, as_json: bool, actor: Actor) -> int:
    """Import the records of a file, or only say what that would do. Returns the exit code.

    Each record goes to the project that carries its number, else to a new one with the number as its code; `project`
    names another. What refuses the import goes to stderr, one line each; then the code is 1 and nothing is written.
    """
    with speaking("en"):
        try:
            data = _bytes(file)
            if dry_run:
                found = _look(data, file.name, project, lab, actor)
            else:
                with writing():
                    found = _look(data, file.name, project, lab, actor)
                    if not found.refused:
                        operations.apply(found, data, actor=actor, lead_lab=lab)
        except RuleBroken as problem:
            print(f"kangjiansheng: {file.name}: {explain(problem)}", file=sys.stderr)
            return 1
        return _report(found, dry_run=dry_run, as_json=as_json)


def _bytes(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(LARGEST + 1)


def _look(data: bytes, name: str, project: str, lab: str, actor: Actor) -> Look:
    rights = Rights(policies.create(actor), policies.editable(actor), series(actor, lab))
    return look(data, name, actor=actor, rights=rights, code=project)


def _report(found: Look, *, dry_run: bool, as_json: bool) -> int:
    if as_json:
        print(json.dumps(_facts(found, dry_run=dry_run), ensure_ascii=False, indent=1))
    else:
        for step in found.steps:
            _tell(step, dry_run=dry_run)
        if found.changes_nothing and not found.refused:
            print("changes nothing")
    for step in found.refused:
        number = step.trial.number.normal if step.trial.number else ""
        print(f"kangjiansheng: {number}: {words.problem(step)}", file=sys.stderr)
    if found.refused:
        print(f"kangjiansheng: {len(found.refused)} errors, nothing was written", file=sys.stderr)
    return 1 if found.refused else 0


def _tell(step: Step, *, dry_run: bool) -> None:
    trial = step.trial
    number = trial.number.normal if trial.number else ""
    would = "would be " if dry_run and step.writes else ""
    said = {
        "new": f"{would}read into the new project {step.code}",
        "attach": f"{would}kept at {step.code}",
        "update": f"{would}kept at {step.code} as a newer version",
        "same": f"already kept at {step.code}",
        "older": f"older than what is kept at {step.code}, left alone",
        "skip": "left out",
        "refused": "refused",
    }
    version = f", version {trial.stated_on}" if trial.stated_on else ""
    print(f"{words.FORMATS[trial.format]} {number}{version}: {said[step.kind]}")
    if step.writes:
        for one in step.numbers:
            print(f"  number: {one.registry} {one.normal}")
        for key, value in trial.facts().items():
            if key not in ("numbers", "dates") and value:
                print(f"  {words.label(key)}: {words.shown(key, value)[:200]}")
        for name, day in trial.dates.items():
            print(f"  {words.label(f'dates.{name}')}: {words.day_words(day)}")
    for change in step.changes:
        print(
            f"  changed {words.label(change.key)}: {words.shown(change.key, change.before)[:200] or '—'}"
            f" → {words.shown(change.key, change.after)[:200] or '—'}"
        )
    for remark in trial.said():
        print(f"  not understood: {remark['path']}: {words.remark(remark)} [{remark['value'][:80]}]")
    if trial.left:
        print(f"  known and not taken over: {', '.join(trial.left)}")


def _facts(found: Look, *, dry_run: bool) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "written": not (dry_run or found.refused or found.changes_nothing),
        "sha256": found.reading.sha256,
        "counts": words.counts(found),
        "records": [
            {
                "format": step.trial.format,
                "register": step.trial.register,
                "number": step.trial.number.normal if step.trial.number else "",
                "stated_on": step.trial.stated_on.isoformat() if step.trial.stated_on else None,
                "what": step.kind,
                "project": step.code,
                "problem": words.problem(step) if step.problem else None,
                "facts": step.trial.facts(),
                "changes": [{"key": c.key, "before": c.before, "after": c.after} for c in step.changes],
                "not_understood": [{**said, "reason": words.remark(said)} for said in step.trial.said()],
                "not_taken_over": step.trial.left,
            }
            for step in found.steps
        ],
    }
