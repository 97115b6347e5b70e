"""The stored files of what a party takes along: under which thing, and which bytes. One that is narrower than its thing
goes along when the party sees it all the same."""

from typing import Any

from sqlalchemy import Select, func, literal, select

from kangjiansheng.committee.models import Action, AgendaItem, Meeting, Minutes, Paper
from kangjiansheng.committee.queries.visible import readable_items, sees_paper, sees_proof, visible_actions
from kangjiansheng.core.files import FileBlob, FileRef
from kangjiansheng.labs.models import Agreement, JointLab, Obligation
from kangjiansheng.labs.queries import inside_obligations
from kangjiansheng.labs.queries.visible import sees_file
from kangjiansheng.overview.queries.party_data.base import Scope, columns, person
from kangjiansheng.overview.queries.party_data.committee import meetings_of
from kangjiansheng.overview.queries.party_data.projects import MARK
from kangjiansheng.projects.models import Evidence, Milestone, Plan, Project
from kangjiansheng.projects.queries.visible import sees_evidence


def stored(scope: Scope) -> list[Select[Any]]:
    """The rows of the files, one select for each kind of thing: `thing`, `place` and `number` say where they belong."""
    return [_documents(scope), _duties(scope), evidence(scope), _papers(scope), _shown(scope), _scans(scope)]


def _rows(kind: Any, thing: str, place: Any, number: Any, mark: Any) -> Select[Any]:
    return (
        select(
            literal(thing).label("thing"),
            place.label("place"),
            number.label("number"),
            FileRef.version_no.label("version"),
            *columns(FileRef, "name kind note at disposed_at"),
            person(FileRef.by_id).label("by"),
            *columns(FileBlob, "size media_type sha256"),
            mark.label("illustrative"),
        )
        .select_from(kind)
        .join(FileRef, (FileRef.thing_id == kind.id) & (FileRef.thing == kind.__tablename__))
        .join(FileBlob, FileBlob.id == FileRef.blob_id)
        .order_by(FileRef.id)
    )


def _documents(scope: Scope) -> Select[Any]:
    rows = _rows(Agreement, "agreement", Agreement.code, FileRef.version_no, Agreement.illustrative)
    return rows.where(
        Agreement.id.in_(scope.agreements),
        sees_file(scope.actor, Agreement.__tablename__),
        FileRef.removed_at.is_(None),
    )


def _duties(scope: Scope) -> Select[Any]:
    rows = _rows(Obligation, "obligation", Obligation.code, FileRef.version_no, Obligation.illustrative)
    return rows.where(
        inside_obligations(scope.actor),
        sees_file(scope.actor, Obligation.__tablename__),
        FileRef.removed_at.is_(None),
    )


def evidence(scope: Scope) -> Select[Any]:
    """Those of milestones."""
    place = func.coalesce(Project.code, JointLab.code) + literal("-") + Milestone.code
    rows = _rows(Evidence, "evidence", place, Evidence.number, MARK)
    return (
        rows.join(Milestone, Milestone.id == Evidence.milestone_id)
        .join(Plan, Plan.id == Milestone.plan_id)
        .outerjoin(Project, Project.id == Plan.project_id)
        .outerjoin(JointLab, JointLab.id == Plan.lab_id)
        .where(Milestone.plan_id.in_(scope.plans), sees_evidence(scope.actor))
    )


def _papers(scope: Scope) -> Select[Any]:
    rows = _rows(Paper, "paper", Meeting.code, Paper.id, Meeting.illustrative)
    return (
        rows.join(AgendaItem, AgendaItem.id == Paper.agenda_item_id)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(Paper.agenda_item_id.in_(scope.items), Paper.withdrawn_at.is_(None), sees_paper(scope.actor))
    )


def _shown(scope: Scope) -> Select[Any]:
    """What shows that actions were done."""
    rows = _rows(Action, "action", Action.number, FileRef.version_no, Action.illustrative)
    seen = Action.id.in_(visible_actions(scope.actor)), Action.agenda_item_id.in_(scope.items)
    return rows.where(*seen, sees_proof(scope.actor), Action.life == "done", FileRef.removed_at.is_(None))


def _scans(scope: Scope) -> Select[Any]:
    """Pictures of the sealed paper, of those minutes alone of which nothing is withheld."""
    hidden = select(AgendaItem.meeting_id).where(AgendaItem.id.not_in(readable_items(scope.actor)))
    rows = _rows(Minutes, "minutes", Meeting.code, FileRef.version_no, Minutes.illustrative)
    rows = rows.join(Meeting, Meeting.id == Minutes.meeting_id)
    whole = Meeting.id.in_(meetings_of(scope)), Meeting.id.not_in(hidden)
    standing = Minutes.life.in_(("approved", "record"))
    return rows.where(*whole, standing, FileRef.removed_at.is_(None))
