"""The pack of a meeting: frozen by those who keep the committee, taken along by each reader as they may see it."""

from flask import Response as Answer
from flask import url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.committee import policies
from kangjiansheng.committee.documents import pack as document
from kangjiansheng.committee.models import Meeting, MeetingPack
from kangjiansheng.committee.operations import packs as operations
from kangjiansheng.committee.queries import loaders
from kangjiansheng.committee.queries import packs as reading
from kangjiansheng.committee.views.base import bp
from kangjiansheng.core import files
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.pages import saved
from kangjiansheng.core.transactions import afterwards


@bp.post("/meetings/<code>/packs")
@on(load=loaders.meeting, may=policies.edit_meeting)
@costly
def freeze_pack(meeting: Meeting) -> Response:
    """Freeze agenda, papers, what moved and open actions as they stand."""
    made = operations.freeze(meeting, actor=actor())
    said = _("材料包第 %(n)s 版已冻结", n=made.number)
    return saved(url_for(".meeting", code=meeting.code), said)


@bp.get("/meetings/<code>/packs/<int:number>")
@on(load=reading.pack, may=policies.see)
def pack(pack: MeetingPack) -> Response:
    """A frozen pack as an archive, without what this reader may not see."""
    who, number, meeting_id = actor(), pack.number, pack.meeting_id
    content = reading.for_reader(pack, actor=who)
    data = document.rendered(content, lambda sha256: files.read(files.folder(), sha256))
    afterwards(lambda: operations.note_export(meeting_id, number, actor=who))
    answer = Answer(data, mimetype="application/zip")
    name = f"{pack.meeting.code}-pack-{number}.zip"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
