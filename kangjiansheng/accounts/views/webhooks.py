"""Webhooks of one's own: which programs elsewhere are told of what, and what became of the messages."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, current_app, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from kangjiansheng.accounts import policies, queries
from kangjiansheng.accounts.forms.factors import given
from kangjiansheng.accounts.forms.webhooks import EditWebhookForm, NewWebhookForm
from kangjiansheng.accounts.models import Account
from kangjiansheng.accounts.models.webhooks import Webhook, WebhookMessage
from kangjiansheng.accounts.operations import proving
from kangjiansheng.accounts.operations import webhooks as keeping
from kangjiansheng.accounts.queries import webhooks as found
from kangjiansheng.accounts.rules import webhooks as rules
from kangjiansheng.accounts.views import admin
from kangjiansheng.accounts.views.proofs import noted, signing
from kangjiansheng.core import trail
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.audit import history
from kangjiansheng.core.budgets import costly
from kangjiansheng.core.pages import page, saved, with_args
from kangjiansheng.core.paging import cut

bp = Blueprint("webhooks", __name__)

# State → (shape, word).
STATES = {
    "waiting": ("idle", _l("等待推送")),
    "sent": ("done", _l("已送达")),
    "failed": ("late", _l("未送达")),
    "dropped": ("pause", _l("已取消")),
}
PROBLEMS = {
    "unknown-host": _l("找不到对方的主机。"),
    "unreachable": _l("连不上对方。"),
    "certificate": _l("对方的证书不可信，没有发送。"),
    "private": _l("网址指向内网，没有发送。"),
    "not-allowed": _l("这个主机不再被允许，没有发送。"),
    "no-secret": _l("密钥已无法读出，没有发送；请更换密钥。"),
    "redirect": _l("对方要求转到别的网址，没有跟随。"),
    "gone": _l("对方说这个网址已经停用。"),
    "rate": _l("对方说太频繁。"),
    "refused": _l("对方拒收。"),
    "silent": _l("对方没有及时回答。"),
}


@bp.get("/webhooks")
@on(load=queries.own_account, may=policies.own)
def own(account: Account) -> Response:
    """Where programs of mine are told of what I may see."""
    return page(
        "accounts/webhooks.html",
        illustrative=account.person.illustrative,
        webhooks=found.webhooks_of(account.person_id),
        kinds=rules.told(),
    )


@bp.route("/webhooks/new", methods=["GET", "POST"])
@on(load=queries.own_account, may=policies.own)
def new(account: Account) -> Response:
    """Make one; who it is has to be shown again, and the secret is shown once."""
    who, person, purpose = actor().id, account.person, f"webhook {account.id}"
    if proving.is_throttled(who):
        abort(429, _("密码错误次数过多，请 15 分钟后再试。"))
    form = NewWebhookForm()
    form.ask(proving.asked(account), account, purpose)

    def act() -> tuple[Webhook, str]:
        return keeping.make(
            person,
            actor=actor(),
            name=form.name.data or "",
            address=(form.address.data or "").strip(),
            kinds=form.kinds.data or [],
            given=given(form, purpose),
            allowed=current_app.config["SETTINGS"].webhook_hosts,
        )

    made = signing(form, act, noted(who))
    if made:
        return page("accounts/webhook_secret.html", webhook=made[0], secret=made[1], former=None)
    return page("accounts/new_webhook.html", form.status, form=form)


@bp.get("/webhooks/<int:number>")
@on(load=found.own_webhook, may=policies.own_webhook)
def webhook(webhook: Webhook) -> Response:
    """One webhook: its messages, its settings, what was done to it."""
    state = request.args.get("state", "")
    state = state if state in rules.STATES else ""
    counts = found.counts(webhook)
    return page(
        "accounts/webhook.html",
        illustrative=webhook.person.illustrative,
        webhook=webhook,
        messages=cut(found.messages(webhook, state=state), request.args.get("page")),
        chips=_chips(webhook, state, counts),
        states=STATES,
        waits="waiting" in counts,
        missed=found.has_missed(webhook),
        problems=PROBLEMS,
        kinds=rules.told(),
        page_url=lambda number: with_args(page=number),
        entries=trail.described(history("webhook", webhook.id, 20)),
        kept_days=rules.KEPT.days,
    )


def _chips(webhook: Webhook, state: str, counts: Mapping[str, int]) -> list[Any]:
    """Which messages are shown, and the others that there are."""
    here = url_for(".webhook", number=webhook.id)
    found = [
        (word, f"{here}?state={key}", key == state, counts[key])
        for key, (_shape, word) in STATES.items()
        if key in counts
    ]
    return [(_("全部"), here, not state, sum(counts.values())), *found]


@bp.route("/webhooks/<int:number>/edit", methods=["GET", "POST"])
@on(load=found.own_webhook, may=policies.own_webhook)
def edit(webhook: Webhook) -> Response:
    """Change what it is called, and of what it is told."""
    form = EditWebhookForm(data=webhook.state() | {"version": webhook.version})
    number, name = webhook.id, webhook.name

    def act() -> bool:
        keeping.edit(
            webhook,
            actor=actor(),
            version=form.version.data,
            name=form.name.data or "",
            kinds=form.kinds.data or [],
        )
        return True

    if form.attempt(act):
        return _back(number, _("已保存"))
    return page("accounts/edit_webhook.html", form.status, form=form, number=number, name=name)


def _back(number: int, words: str) -> Response:
    return saved(url_for(".webhook", number=number), words)


@bp.post("/webhooks/<int:number>/secret")
@on(load=found.own_webhook, may=policies.own_webhook)
def secret(webhook: Webhook) -> Response:
    """A new secret, shown this once; the one before holds for a day."""
    made = keeping.change_secret(webhook, actor=actor())
    return page("accounts/webhook_secret.html", webhook=webhook, secret=made, former=webhook.former_until)


@bp.post("/webhooks/<int:number>/enable")
@on(load=found.own_webhook, may=policies.own_webhook)
def enable(webhook: Webhook) -> Response:
    """Let it be told from now on."""
    keeping.switch(webhook, True, actor=actor())
    return _back(webhook.id, _("已启用，从现在起推送；先前没有送达的可以在下面补发"))


@bp.post("/webhooks/<int:number>/disable")
@on(load=found.own_webhook, may=policies.own_webhook)
def disable(webhook: Webhook) -> Response:
    """Let it be silent."""
    keeping.switch(webhook, False, actor=actor())
    return _back(webhook.id, _("已停用，没有发出的不再推送"))


@bp.post("/webhooks/<int:number>/ping")
@on(load=found.own_webhook, may=policies.own_webhook)
@costly
def ping(webhook: Webhook) -> Response:
    """Queue a test."""
    keeping.ping(webhook, actor=actor())
    return _back(webhook.id, _("测试推送已放入发送队列，几秒后看结果"))


@bp.post("/webhooks/<int:number>/again")
@on(load=found.own_webhook, may=policies.own_webhook)
@costly
def all_again(webhook: Webhook) -> Response:
    """Queue everything once more that never arrived."""
    done = keeping.all_again(webhook, actor=actor())
    said = ngettext("%(num)d 条已重新放入发送队列", "%(num)d 条已重新放入发送队列", done)
    return _back(webhook.id, said)


@bp.post("/webhooks/<int:number>/messages/<message_id>/again")
@on(load=found.own_message, may=policies.own_message)
@costly
def again(message: WebhookMessage) -> Response:
    """Queue one message once more, under the same id."""
    keeping.again(message, actor=actor())
    return _back(message.webhook_id, _("已重新放入发送队列"))


@bp.post("/webhooks/<int:number>/removal")
@on(load=found.own_webhook, may=policies.own_webhook)
def remove(webhook: Webhook) -> Response:
    """Take it away and forget its address and secret."""
    keeping.remove(webhook, actor=actor())
    return saved(url_for(".own"), _("已移除，网址和密钥已清除"))


@admin.bp.post("/admin/webhooks/<int:number>/stop")
@on(load=found.webhook, may=policies.secure)
def stop_any(webhook: Webhook) -> Response:
    """Switch somebody's webhook off at once."""
    keeping.stop(webhook, "administrator", actor=actor())
    return saved(url_for("admin.all_tokens"), _("已停用，已通知本人"))
