"""What an act on one milestone, or on many, does to those that were not selected, as its preview shows it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from kangjiansheng.core.changes import Actor
from kangjiansheng.projects import policies, queries
from kangjiansheng.projects.forms import hand_offs as hand_off_words
from kangjiansheng.projects.forms import validity as validity_words
from kangjiansheng.projects.forms.bulk import packed
from kangjiansheng.projects.forms.milestones import MilestoneForm
from kangjiansheng.projects.models import Milestone
from kangjiansheng.projects.queries.schedule import Spread, promised
from kangjiansheng.projects.queries.validity import left_by, validities, validities_of
from kangjiansheng.projects.rules.path import STEPS

_FILED = "IND"  # the step that everybody asks after


def preview_of(form: MilestoneForm, who: Actor) -> dict[str, Any]:
    """What saving the form as it stands would do to the later milestones, and what that `who` may see of the
    papers would lapse first and of what is still to be handed over, in words."""
    day, milestone = form.outcome, form.milestone
    if day is None:
        return {"effect": [], "lapses": [], "holds": []}
    found = queries.spread(milestone, day)
    left = left_by(found, validities(milestone.plan, actor=who), form.along)
    return {
        "effect": found.moved,
        "lapses": [validity_words.sentence(*pair) for pair in left],
        "holds": [hand_off_words.held_words(one) for one in found.held.values()],
    }


def spread_facts(spreads: Sequence[Spread], who: Actor) -> dict[str, Any]:
    """For each plan: what moves along and what of that waits for a yes, its last day and its IND now and then, and
    what it holds that would lapse first. Two statements, for the papers and for the reader's standing."""
    if not spreads:
        return {"plans": [], "along": "", "along_count": 0, "along_days": 0, "along_unsure": False}
    standing = policies.standing(who)
    papers = validities_of([one.rows[0].plan_id for one in spreads], actor=who)
    moved = [effect for one in spreads for effect in one.moved]
    versions = {row.id: row.version for one in spreads for row in one.rows}
    plans = []
    for one in spreads:
        plan = one.rows[0].plan
        owners = {row.id: row.owner_id for row in one.rows}
        held = papers.get(plan.id, [])
        plans.append(
            {
                "project": plan.owner,
                "home": f"/{plan.of}/{plan.owner.code}",
                "moved": one.moved,
                "waits": {e.id for e in one.moved if not standing.may_confirm(plan.id, owners[e.id])},
                "last": one.last,
                "filed": _filed(one),
                "lapses": [validity_words.sentence(*pair) for pair in left_by(one, held)],
            }
        )
    return {
        "plans": plans,
        "along": packed({effect.id: versions[effect.id] for effect in moved}),
        "along_count": len(moved),
        "along_days": max((effect.days for effect in moved), default=0),
        "along_unsure": any(effect.approximate for effect in moved),
    }


def _filed(spread: Spread) -> tuple[Milestone, date, date] | None:
    """The milestone with which the IND is filed, when it is open and gets another day."""
    project, new = spread.rows[0].plan.project, spread.dates
    codes = [code for code, column in STEPS.get(project.pathway, ()) if column == _FILED] if project else []
    for row in spread.rows:
        was = promised(row)
        if row.code in codes and row.state == "open" and was and new.get(row.id, was) != was:
            return row, was, new[row.id]
    return None
