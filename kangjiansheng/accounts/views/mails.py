"""The outbox: mails that wait, were kept for want of a server, sent or given up."""

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts import operations, policies, queries
from kangjiansheng.core import bell, outbox
from kangjiansheng.core.access import actor, on, reaches
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.i18n import speaking
from kangjiansheng.core.outbox import Outbox
from kangjiansheng.core.pages import page, saved, with_args
from kangjiansheng.core.paging import cut

bp = Blueprint("mails", __name__)


def _states() -> dict[str, tuple[str, str]]:
    return {
        "waiting": ("idle", _("待发送")),
        "kept": ("pause", _("已保留")),
        "failed": ("late", _("未送达")),
        "withheld": ("idle", _("未发送：已不对收件人开放")),
        "sent": ("done", _("已发送")),
    }


def is_closed_to_reader(mail: Outbox) -> bool:
    """Whether somebody of ours to whom a mail goes sees no longer what it is about, be it one of the things of a list:
    membership, recusal or level may have changed while it waited, or the account was stopped. That a meeting is taken out
    of a calendar is told to whoever had it there."""
    if (mail.facts.get("invitation") or {}).get("method") == "CANCEL":
        return False
    account = queries.account_by_email(mail.to) if mail.address else None
    if account is None:
        return False
    if account.disabled_at:
        return True
    reader = queries.actor_of(account.person)
    return not reaches(mail.address, reader) or bell.is_closed(mail, actor=reader)


def _words(mail: Outbox) -> tuple[str, str]:
    """Subject and text; of what lies beyond accounts an administrator sees no more than elsewhere."""
    if not policies.read_mail(actor(), mail.template):
        return _("内容只对收件人开放"), ""
    with speaking(mail.locale):
        return outbox.words_of(mail.template, mail.facts)


@bp.get("/admin/mails")
@on(may=policies.administer)
def mails() -> Response:
    """The latest mails with their states."""
    state = request.args.get("state", "")
    found = cut(queries.mails(state=state), request.args.get("page"))
    return page(
        "admin/mails.html",
        illustrative=queries.has_illustrative(),
        mails=found,
        subjects={mail.id: _words(mail)[0] for mail in found.items},
        state=state,
        states=_states(),
        counts_by_state=queries.mail_counts(),
        page_url=lambda number: with_args(page=number),
    )


@bp.get("/admin/mails/<int:number>")
@on(load=queries.mail, may=policies.administer)
def mail(mail: Outbox) -> Response:
    """One mail with its words, in its reader's language, if it is about accounts. A one-time link is never shown."""
    subject, body = _words(mail)
    one_time = outbox.holds_secret(mail)
    if mail.facts.get("links"):
        body = ""
    return page(
        "admin/mail.html",
        illustrative=queries.has_illustrative(),
        mail=mail,
        subject=subject,
        body=body,
        one_time=one_time,
        address=mail.address if body else "",
        recipient=queries.account_by_email(mail.to) if outbox.is_one_time(mail.address) else None,
        states=_states(),
    )


@bp.post("/admin/mails/<int:number>/retry")
@on(load=queries.mail, may=policies.administer)
@costly
def retry(mail: Outbox) -> Response:
    """Put a mail that was kept or given up back into the queue."""
    operations.retry_mail(mail, actor=actor())
    return saved(url_for(".mail", number=mail.id), _("已重新放入发送队列"))
