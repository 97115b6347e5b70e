"""The papers of a laboratory: written down, changed, ended. Each act leaves a revision."""

from typing import Any

from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.numbering import next_number
from kangjiansheng.labs.models import JointLab, LabPaper
from kangjiansheng.labs.operations.archiving import check_open
from kangjiansheng.labs.rules import papers as rules


def create_paper(
    lab: JointLab, *, actor: Actor, recording: dict[str, Any] | None = None, **facts: Any
) -> LabPaper:
    """Write down what the laboratory holds. Refused: see `_check`."""
    check_open(lab)
    _check(lab, facts)
    paper = LabPaper(lab_id=lab.id, number=next_number(LabPaper.number, LabPaper.lab_id, lab), **facts)
    paper.lab = lab
    db.session.add(paper)
    db.session.flush()
    record("labs:paper:create", paper, actor=actor, before={}, **recording or {})
    return paper


def edit_paper(paper: LabPaper, *, actor: Actor, version: int | None, **facts: Any) -> LabPaper:
    """Change what is written: a renewal has a later end."""
    _start(paper, version)
    _check(paper.lab, facts, paper.holder_id)
    before = paper.state()
    for key, value in facts.items():
        setattr(paper, key, value)
    db.session.flush()
    if paper.state() != before:
        record("labs:paper:edit", paper, actor=actor, before=before)
    return paper


def end_paper(paper: LabPaper, reason: str, *, actor: Actor, version: int | None) -> LabPaper:
    """Say that it counts no more, and why: replaced, given back, not needed."""
    _start(paper, version)
    before = paper.state()
    paper.life, paper.ending = rules.ENDED, reason
    db.session.flush()
    record("labs:paper:end", paper, actor=actor, before=before)
    return paper


def _start(paper: LabPaper, version: int | None) -> None:
    expect(paper, version)
    check_open(paper.lab)
    if paper.life == rules.ENDED:
        raise RuleBroken("labs:paper-ended")


def _check(lab: JointLab, facts: dict[str, Any], holder_id: int | None = None) -> None:
    """The rule, and that who holds it belongs to the laboratory (or held it before)."""
    rules.check(facts)
    wanted = facts["holder_id"]
    if wanted is not None and wanted != holder_id and wanted not in {row.person_id for row in lab.members}:
        raise RuleBroken("labs:member-unknown", "holder_id")
