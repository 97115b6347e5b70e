"""How the evidence of a milestone stands, in words: what its page, its card and its dossier share."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from flask import g
from flask_babel import gettext as _
from flask_babel import ngettext

from kangjiansheng.accounts.queries import names
from kangjiansheng.core.access import actor
from kangjiansheng.core.i18n import name_of
from kangjiansheng.projects import queries
from kangjiansheng.projects.forms.evidence import FILE_LEVELS, EvidenceForm
from kangjiansheng.projects.models import Milestone
from kangjiansheng.projects.queries import evidence as reading
from kangjiansheng.projects.queries.evidence import Piece
from kangjiansheng.projects.rules.evidence import Expected, Standing, Tally, standing, tally

Wanted = list[tuple[Expected, Standing]]


def papers(milestone_ids: Collection[int]) -> dict[int, tuple[Wanted, Tally]]:
    """What is expected of milestones and how it stands today, one by one and counted; three statements."""
    expected, there = reading.expected(milestone_ids), reading.pieces(milestone_ids, actor=actor())
    return {
        key: (
            [(one, standing(one.kind, there.get(key, []))) for one in expected.get(key, ())],
            tally(expected.get(key, ()), there.get(key, [])),
        )
        for key in milestone_ids
    }


def wanted(milestone_id: int) -> Wanted:
    """What is expected of one milestone and how it stands today."""
    return papers([milestone_id])[milestone_id][0]


def panel(
    thing: Milestone,
    row: queries.MilestoneRow,
    team: Iterable[queries.TeamMember],
    *,
    form: EvidenceForm | None,
) -> dict[str, Any]:
    """What the page of a milestone shows of its evidence, on the day that the address asks for. `team` is known by name.

    `form` is one that came back with something to say.
    """
    there = reading.pieces([thing.id], actor=actor(), as_of=g.as_of)[thing.id]
    stands = [(one, standing(one.kind, there)) for one in reading.expected_in(thing.plan, [thing])[thing.id]]
    lines = [
        {"name": name_of(one.name), "standing": stand, "pieces": _of(one.kind, there)}
        for one, stand in stands
    ]
    return {
        "finding": finding([stand for _one, stand in stands], there),
        "lines": lines,
        "others": [
            p for p in there if p.kind not in {one.kind for one, _stand in stands} and not p.withdrawn
        ],
        "withdrawn": [piece for piece in there if piece.withdrawn],
        "people": _people(there, team),
        "levels": FILE_LEVELS,
        "lacks": row.actual is not None and any(stand == "missing" for _one, stand in stands),
        "form": form or EvidenceForm(formdata=None, within=thing.plan.owner.confidentiality, wanted=stands),
    }


def _of(kind: str, there: Sequence[Piece]) -> list[Piece]:
    return [piece for piece in there if piece.kind == kind and not piece.withdrawn]


def _people(there: Sequence[Piece], team: Iterable[queries.TeamMember]) -> dict[int, str]:
    """The names of everybody whom the lines name; only who is not of the team is asked for."""
    wanted: set[int] = set().union(*(piece.people for piece in there))
    known: dict[int, Any] = {one.person_id: one for one in team if one.person_id in wanted}
    return {key: name_of(person) for key, person in (known | names(wanted - known.keys())).items()}


def finding(stands: Sequence[Standing], there: Sequence[Piece]) -> str:
    """How the evidence stands, in one sentence."""
    count = sum(not piece.withdrawn for piece in there)
    if not stands:
        return ngettext("%(num)d 份文件", "%(num)d 份文件", count)
    missing = stands.count("missing")
    if missing == 0 and stands.count("accepted") == len(stands):
        return ngettext("应有的 %(num)d 项都已接受", "应有的 %(num)d 项都已接受", len(stands))
    if missing:
        return _("应有 %(all)d 项，还缺 %(missing)d 项", all=len(stands), missing=missing)
    waiting = len(stands) - stands.count("accepted")
    return _("应有 %(all)d 项都有文件，%(waiting)d 项还没有接受", all=len(stands), waiting=waiting)
