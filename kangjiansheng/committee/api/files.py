"""Files of committees as programs read them: papers, what shows that an action was done, scans, pictures, packs."""

from kangjiansheng.committee import policies
from kangjiansheng.committee.api import shapes
from kangjiansheng.committee.api.blueprint import bp
from kangjiansheng.committee.models import Action, AgendaItem, Meeting, MeetingPack, Paper
from kangjiansheng.committee.queries import evidence as evidence_queries
from kangjiansheng.committee.queries import loaders
from kangjiansheng.committee.queries import packs as pack_queries
from kangjiansheng.committee.queries import papers as paper_queries
from kangjiansheng.committee.queries import scans as scan_queries
from kangjiansheng.committee.views import evidence, images, imports, packs, papers, scans
from kangjiansheng.committee.views.base import PICTURES
from kangjiansheng.core import rest
from kangjiansheng.core.access import actor
from kangjiansheng.core.files import FileRef

PAPER = "/meetings/<code>/papers/<int:number>"


def _by_version(row: FileRef) -> str:
    return str(row.version_no)


@rest.lists(
    bp, "/meetings/<code>/items/<int:number>/papers", shapes.PAPER, key=lambda row: str(row.paper.id),
    load=loaders.item, may=policies.see, as_of=False,
)  # fmt: skip
def papers_of(item: AgendaItem) -> list[paper_queries.Filed]:
    """The papers of an item with all their versions."""
    return paper_queries.papers([item], actor=actor()).get(item.id, [])


@rest.reads(
    bp, PAPER, shapes.PAPER, load=paper_queries.paper, may=policies.see, as_of=False, version=lambda _paper: None
)  # fmt: skip
def paper(found: Paper) -> paper_queries.Filed | None:
    """One paper."""
    versions = paper_queries.versions([found.id], actor=actor()).get(found.id, [])
    return paper_queries.Filed(found, versions) if versions else None


rest.hands_out(bp, f"{PAPER}/file", papers.paper)
rest.hands_out(bp, f"{PAPER}/versions/<int:version>", papers.paper_version)


@rest.lists(
    bp, "/actions/<number>/evidence", rest.FILE, key=_by_version, load=loaders.action, may=policies.see, as_of=False
)  # fmt: skip
def evidence_of(action: Action) -> list[FileRef]:
    """The files that show that an action was done."""
    return evidence_queries.files_of([action], actor=actor()).get(action.id, [])


@rest.reads(
    bp, "/actions/<number>/evidence/<int:file>", rest.FILE, load=evidence_queries.of_action, may=policies.see,
    as_of=False, version=lambda _pair: None,
)  # fmt: skip
def proof(pair: tuple[Action, FileRef]) -> FileRef:
    """What is known of one of them."""
    return pair[1]


rest.hands_out(bp, "/actions/<number>/evidence/<int:file>/file", evidence.evidence)


@rest.lists(
    bp, "/meetings/<code>/minutes/scans", rest.FILE, key=_by_version, load=scan_queries.meeting,
    may=policies.read_minutes, as_of=False,
)  # fmt: skip
def scans_of(meeting: Meeting) -> list[FileRef]:
    """The scanned sealed copies of minutes, for those from whom nothing is withheld."""
    return scan_queries.scans(meeting.minutes.id) if meeting.minutes else []


rest.hands_out(bp, "/meetings/<code>/minutes/scans/<int:number>", scans.scan)
rest.hands_out(bp, f"{PICTURES}/<sha256>", images.image)


@rest.lists(
    bp, "/meetings/<code>/packs", shapes.PACK, key=lambda row: str(row.number), load=loaders.meeting,
    may=policies.see, as_of=False,
)  # fmt: skip
def packs_of(meeting: Meeting) -> list[MeetingPack]:
    """The frozen packs of a meeting, the newest first."""
    return pack_queries.packs(meeting)


rest.hands_out(bp, "/meetings/<code>/packs/<int:number>", packs.pack, "application/zip")
rest.hands_out(bp, "/committees/<code>/imports/<int:number>/file", imports.import_file)
