"""The papers of an item: read by who sees the item, kept by those who keep the committee and by who presents it."""

from typing import Any

from flask import abort, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts.queries import names
from kangjiansheng.committee import policies
from kangjiansheng.committee.forms.agenda import NewVersionForm, PaperForm
from kangjiansheng.committee.forms.evidence import FILE_LEVELS
from kangjiansheng.committee.models import AgendaItem, Meeting, Paper
from kangjiansheng.committee.operations import locks
from kangjiansheng.committee.operations import papers as operations
from kangjiansheng.committee.queries import loaders
from kangjiansheng.committee.queries import papers as reading
from kangjiansheng.committee.queries.shelves import shelf_of
from kangjiansheng.committee.queries.visible import level_of
from kangjiansheng.committee.views.base import bp, page
from kangjiansheng.core import file_levels, files
from kangjiansheng.core.access import actor, afresh, on
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.file_levels import LevelForm
from kangjiansheng.core.files import FileRef
from kangjiansheng.core.pages import of_today, saved

ITEM, ONE = "/meetings/<code>/items/<int:number>/papers", "/meetings/<code>/papers/<int:number>"


@bp.get(ITEM)
@on(load=loaders.item, may=policies.see)
@of_today
def papers(item: AgendaItem) -> Response:
    """The papers of an item with all their versions."""
    return _page(item, PaperForm(formdata=None), NewVersionForm(formdata=None))


def _page(item: AgendaItem, form: PaperForm, newer: NewVersionForm, at: int = 0) -> Response:
    meeting: Meeting = item.meeting
    file_levels.offer(form.level, level_of(meeting), FILE_LEVELS)
    found = reading.papers([item], actor=actor()).get(item.id, [])
    keeps = policies.keep_papers(actor(), item) and locks.facts_lock(meeting) is None
    return page(
        "papers.html",
        next((f.status for f in (form, newer) if f.status != 200), 200),
        item=item,
        meeting=meeting,
        papers=found,
        people=names({ref.by_id for one in found for ref in one.versions}),
        form=form,
        newer=newer,
        at=at,
        levels=FILE_LEVELS,
        level_choices=file_levels.choices(level_of(meeting), FILE_LEVELS),
        keeps=keeps,
        room=shelf_of(meeting.committee_id).room(actor=actor()) if keeps else None,
        illustrative=meeting.illustrative,
    )


@bp.post(ITEM)
@on(load=loaders.item, may=policies.keep_papers)
def add_paper(item: AgendaItem) -> Any:
    """Put a paper to an item."""
    form, code, number = PaperForm(), item.meeting.code, item.id
    file_levels.offer(form.level, level_of(item.meeting), FILE_LEVELS)

    def act() -> Paper:
        name, data = _brought(form.files.data)
        return operations.add(
            item, name, data, actor=actor(), title=form.title.data or "", level=form.level.data
        )

    if form.attempt(act):
        return saved(url_for(".papers", code=code, number=number), _("材料已附上"))
    again = afresh(item)
    return _page(again, form, NewVersionForm(formdata=None))


def _brought(file: Any) -> tuple[str, bytes]:
    if not getattr(file, "filename", ""):
        raise RuleBroken("committee:paper-one", "files")
    return file.filename, file.read()


@bp.get(ONE)
@on(load=reading.version, may=policies.see)
def paper(pair: tuple[Paper, FileRef]) -> Response:
    """A paper as it stands."""
    return files.answer(pair[1])


@bp.get(f"{ONE}/versions/<int:version>")
@on(load=reading.version, may=policies.see)
def paper_version(pair: tuple[Paper, FileRef]) -> Response:
    """One version of a paper."""
    return files.answer(pair[1])


@bp.post(f"{ONE}/replacement")
@on(load=reading.paper, may=policies.keep_paper)
def replace_paper(paper: Paper) -> Any:
    """A newer version of a paper; the earlier ones stay."""
    form, item, number = NewVersionForm(), _item(paper), paper.id
    code, key = item.meeting.code, item.id

    def act() -> FileRef:
        name, data = _brought(form.files.data)
        return operations.replace(paper, name, data, actor=actor(), note=form.note.data or "")

    if form.attempt(act):
        return saved(url_for(".papers", code=code, number=key), _("已换成新版，旧版仍可查阅"))
    again = loaders.item(actor=actor(), code=code, number=key) or abort(404)
    return _page(again, PaperForm(formdata=None), form, at=number)


@bp.post(f"{ONE}/level")
@on(load=reading.paper, may=policies.keep_paper)
def level_paper(paper: Paper) -> Response:
    """Say for whom a paper is."""
    form, item = LevelForm(), _item(paper)
    operations.set_level(paper, form.level.data or "", form.was.data or "", actor=actor())
    return saved(url_for(".papers", code=item.meeting.code, number=item.id), _("文件的保密级别已修改"))


@bp.post(f"{ONE}/withdrawal")
@on(load=reading.paper, may=policies.keep_paper)
def withdraw_paper(paper: Paper) -> Response:
    """Take a paper back."""
    item = _item(paper)
    operations.withdraw(paper, actor=actor())
    return saved(url_for(".papers", code=item.meeting.code, number=item.id), _("材料已撤回"))


def _item(paper: Paper) -> AgendaItem:
    return paper.item or abort(404)
