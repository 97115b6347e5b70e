"""Files of agreements and obligations: bringing, reading, withdrawing them."""

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from kangjiansheng.core import files
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.file_levels import LevelForm
from kangjiansheng.core.pages import saved
from kangjiansheng.labs import operations, policies, queries
from kangjiansheng.labs.forms.documents import DocumentForm, EvidenceForm, offer_level
from kangjiansheng.labs.models import Agreement
from kangjiansheng.labs.queries.documents import Document, Owner, owner
from kangjiansheng.labs.views import agreements, obligations
from kangjiansheng.labs.views.blueprint import bp

PATH = "/<any(agreements, obligations):of>/<code>/documents"


def _back(thing: Owner) -> str:
    endpoint = ".agreement" if isinstance(thing, Agreement) else ".obligation"
    return url_for(endpoint, code=thing.code) + "#documents"


@bp.post(PATH)
@on(load=owner, may=policies.bring)
def bring_document(thing: Owner) -> Response:
    """Put files to an agreement or an obligation."""
    form = DocumentForm() if isinstance(thing, Agreement) else EvidenceForm()
    offer_level(form, thing)
    kind = form.kind.data if isinstance(form, DocumentForm) else ""
    made = form.attempt(
        lambda: operations.bring(
            thing,
            form.files.brought,
            actor=actor(),
            kind=kind,
            note=form.note.data or "",
            level=form.level.data,
        )
    )
    if made:
        return saved(_back(thing), ngettext("已添加 %(num)d 个文件", "已添加 %(num)d 个文件", len(made)))
    if isinstance(thing, Agreement):
        return agreements.show(thing, form.status, document_form=form)
    return obligations.show(thing, form.status, document_form=form)


@bp.get(f"{PATH}/<int:number>")
@on(load=queries.document, may=policies.see)
def document(found: Document) -> Response:
    """One file."""
    return files.answer(found.file)


@bp.post(f"{PATH}/<int:number>/level")
@on(load=queries.document, may=policies.set_level)
def level_document(found: Document) -> Response:
    """Say for whom a file is."""
    form = LevelForm()
    operations.set_level(found, form.level.data or "", form.was.data or "", actor=actor())
    return saved(_back(found.thing), _("文件的保密级别已修改"))


@bp.post(f"{PATH}/<int:number>/withdrawal")
@on(load=queries.document, may=policies.withdraw)
def withdraw_document(found: Document) -> Response:
    """Take a file back."""
    operations.withdraw(found, actor=actor())
    return saved(_back(found.thing), _("文件已撤回"))
