"""The answers to a milestone, as its form has them."""

from typing import Any

from kangjiansheng.core import clock
from kangjiansheng.core.access import actor
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.projects.forms.milestones import MilestoneForm
from kangjiansheng.projects.models import Milestone, MilestoneEntry, Risk
from kangjiansheng.projects.operations import evidence, milestones
from kangjiansheng.projects.views import blocked, standing


def answer(thing: Milestone, form: MilestoneForm) -> MilestoneEntry | Risk:
    """What was said, or what stops it, and the files that were sent along."""
    stopped = form.choice.data == "blocked"
    told = blocked.write(thing, form) if stopped else say(thing, form, who=actor())
    brought = form.files.brought
    if brought:
        form.offer(standing.wanted(thing.id))
        note = "" if stopped else form.note.data or ""
        evidence.add(thing, brought, actor=actor(), kind=form.kind.data, note=note)
    return told


def say(thing: Milestone, form: MilestoneForm, *, who: Actor) -> MilestoneEntry:
    """One of the three answers, as the form has it."""
    common: dict[str, Any] = {
        "actor": who,
        "version": form.version.data,
        "follow": form.along,
    }
    note = form.note.data or ""
    choice = form.choice.data
    if choice == "on_track":
        return milestones.on_track(thing, **common)
    if choice == "done":
        return milestones.done(thing, form.actual.data or clock.today(), note=note, **common)
    if choice == "will_slip":
        day = form.new_date
        if day is None:
            raise RuleBroken("projects:date-missing", "date")
        return milestones.will_slip(thing, day, form.reason.data or "", note=note, **common)
    raise RuleBroken("projects:choice-missing", "choice")
