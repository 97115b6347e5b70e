"""How people have to sign in: set and looked at by administrators; where those without a second factor are led."""

from typing import Any

from flask import current_app, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kangjiansheng.accounts import policies, queries
from kangjiansheng.accounts.forms.policy import PolicyForm
from kangjiansheng.accounts.models import Account
from kangjiansheng.accounts.operations import policy as operations
from kangjiansheng.accounts.queries import policy as found
from kangjiansheng.accounts.rules.policy import REQUIRED_NAMES
from kangjiansheng.accounts.views import account as own
from kangjiansheng.accounts.views import admin
from kangjiansheng.core import clock
from kangjiansheng.core.access import actor, on
from kangjiansheng.core.pages import page, saved, with_args
from kangjiansheng.core.paging import cut


@admin.bp.route("/admin/sign-in", methods=["GET", "POST"])
@on(may=policies.secure)
def sign_in_policy() -> Response:
    """For whom a second factor is required, and who has which."""
    form = PolicyForm(obj=found.policy())

    def act() -> None:
        operations.set_policy(
            actor=actor(), version=form.version.data, second_for=form.second_for.data, second_from=form.second_from.data, sso_only=form.sso_only.data
        )  # fmt: skip

    if form.attempt(act):
        return saved(request.path, _("登录规定已保存"))
    only, rule = request.args.get("only", ""), found.policy()
    rows = found.standings(rule)
    return page(
        "admin/sign_in.html",
        form.status,
        form=form,
        rule=rule,
        due=found.is_due(rule.second_from, clock.today()),
        required=REQUIRED_NAMES,
        issuer=current_app.config["SETTINGS"].issuer,
        rows=cut(found.narrowed(rows, only), request.args.get("page")),
        chips=_chips(rows, only),
        page_url=lambda number: with_args(page=number),
        illustrative=any(row.account.person.illustrative for row in rows),
    )


def _chips(rows: list[found.Standing], only: str) -> list[Any]:
    words = (("", _("全部")), ("with", _("已有")), ("without", _("没有")), ("missing", _("须有而没有")))
    return [
        (
            word,
            "/admin/sign-in" + (f"?only={key}" if key else ""),
            only == key,
            len(found.narrowed(rows, key)),
        )
        for key, word in words
    ]


@own.bp.get("/account/second")
@on(load=queries.own_account, may=policies.own)
def must_enrol(account: Account) -> Response:
    """Where those are led of whom a second factor is required: which one to add."""
    rule = found.policy()
    return page(
        "accounts/must_enrol.html", account=account, rule=rule, due=found.must_enrol(account.second_since, rule.second_for, rule.second_from, actor=actor()),
        illustrative=account.person.illustrative,
    )  # fmt: skip
