"""The notice on personal data: read by anybody, accepted before anything else, published by administrators."""

from typing import Any

import orjson
from flask import abort, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts import policies, queries
from kangjiansheng.accounts.forms.privacy import AcceptForm, NoticeForm
from kangjiansheng.accounts.models import Account
from kangjiansheng.accounts.operations import privacy as operations
from kangjiansheng.accounts.queries import privacy as found
from kangjiansheng.accounts.rules.privacy import Notice
from kangjiansheng.accounts.views import account as own
from kangjiansheng.accounts.views import admin, sign_in
from kangjiansheng.core import i18n
from kangjiansheng.core.access import actor, afresh, first, on, public
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.markdown import render
from kangjiansheng.core.pages import page, saved
from kangjiansheng.core.text import own_path


@sign_in.bp.get("/privacy")
@sign_in.bp.get("/privacy/<int:number>")
@public
def privacy(number: int | None = None) -> Response:
    """The notice that holds, or one of its versions."""
    holds = found.in_force()
    notice = holds if number is None else found.by_number(number)
    if notice is None:
        abort(404)
    return page("accounts/privacy.html", notice=notice, text=_text(notice), holds=holds)


def _text(notice: Notice) -> Any:
    return render(notice.texts[i18n.locale()])


@own.bp.route("/account/notice", methods=["GET", "POST"])
@on(load=queries.own_account, may=policies.own)
@first
def notice(account: Account) -> Response:
    """Where everybody is led who has not accepted the version that holds."""
    form, holds = AcceptForm(), found.in_force()
    back = own_path(request.args.get("next"))

    def act() -> None:
        operations.accept(account, actor=actor(), number=form.read, language=i18n.locale())

    if form.attempt(act):
        return saved(back, _("已记录：您接受了个人信息告知"))
    form.number.data = str(holds.number)
    account = afresh(account)
    return page(
        "accounts/accept_notice.html",
        form.status,
        form=form,
        notice=holds,
        text=_text(holds),
        earlier=account.notice_number,
        accepted=account.notice_number == holds.number,
        back=back,
        illustrative=account.person.illustrative,
    )


@own.bp.get("/account/data.json")
@on(load=queries.own_account, may=policies.own)
@costly
def own_data(_account: Account) -> Response:
    """What is kept of oneself, as a file."""
    text = orjson.dumps(found.own_data(actor=actor()), option=orjson.OPT_INDENT_2)
    answer = Response(text, content_type="application/json")
    answer.headers["Content-Disposition"] = "attachment; filename=my-data.json"
    return answer


@admin.bp.route("/admin/privacy", methods=["GET", "POST"])
@on(may=policies.administer)
def privacy_notice() -> Response:
    """The versions, who has not accepted the last one, and a new one."""
    holds = found.in_force()
    texts = dict(zip(("text_hans", "text_hant", "text_en"), holds.texts.values(), strict=True))
    form = NoticeForm(data=texts | {"version": holds.number})

    def act() -> None:
        typed = {name: form[name].data for name in texts}
        operations.publish(actor=actor(), version=form.version.data, **typed)

    if form.attempt(act):
        return saved(url_for(".privacy_notice"), _("新版本已发布，每个人下次打开页面时会先看到"))
    holds = found.in_force()
    waiting = found.waiting(holds.number)
    return page(
        "admin/privacy.html",
        form.status,
        form=form,
        notice=holds,
        text=_text(holds),
        versions=found.published(),
        accepted=found.accepted_by(),
        waiting=waiting,
        illustrative=any(person.illustrative for person in waiting),
    )
