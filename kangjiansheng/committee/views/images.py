"""Pictures in minutes: brought to a paragraph, and shown to who may read it."""

from typing import Any

from flask import abort, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.committee import forms, policies
from kangjiansheng.committee.forms.paragraphs import ImageForm
from kangjiansheng.committee.models import Meeting, Paragraph
from kangjiansheng.committee.operations import images as operations
from kangjiansheng.committee.queries import images, loaders
from kangjiansheng.committee.views.base import PICTURES, bp
from kangjiansheng.committee.views.paragraphs import form_page
from kangjiansheng.core import files
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.files import FileRef
from kangjiansheng.core.pages import saved


@bp.get(f"{PICTURES}/<sha256>")
@on(load=images.image, may=policies.read_image)
def image(pairs: list[tuple[Meeting, FileRef]]) -> Response:
    """One picture."""
    return files.answer(next(ref for meeting, ref in pairs if policies.read_minutes(actor(), meeting)))


@bp.post("/meetings/<code>/minutes/paragraphs/<public_id>/images")
@on(load=loaders.paragraph, may=policies.edit_paragraph)
def add_image(paragraph: Paragraph) -> Any:
    """Bring a picture to a paragraph."""
    form, code, public_id = ImageForm(), paragraph.minutes.meeting.code, paragraph.public_id

    def act() -> Paragraph:
        brought = form.files.data
        if not getattr(brought, "filename", ""):
            raise RuleBroken("committee:image-one", "files")
        return operations.add(
            paragraph, brought.filename, brought.read(), form.alt.data or "", actor=actor(), seen=form.seen
        )

    if form.attempt(act):
        return saved(url_for(".edit_paragraph", code=code, public_id=public_id), _("已放入图片"))
    found = loaders.any_paragraph(actor=actor(), code=code, public_id=public_id) or abort(404)
    text = forms.ParagraphForm(formdata=None, obj=found)
    late = _("这一段刚被别人改过，请看过再做。") if form.conflict else ""
    return form_page(code, public_id, text, form.status, problem=late, picture=form)
