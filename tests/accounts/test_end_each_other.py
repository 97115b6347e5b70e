"""Two administrators who end each other's office, or account, in the same instant: one is left."""

import pytest
from flask import Flask

from kangjiansheng.accounts import operations, queries
from kangjiansheng.accounts.operations import rights, theft
from kangjiansheng.accounts.queries import rights as found
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.transactions import writing
from tests.support.app import address
from tests.support.at_once import both

TWO = ("outsider", "partner")


def security(app: Flask, separate: bool) -> None:
    with app.app_context(), writing():
        system = queries.system_actor()
        for short, role in ((TWO[0], "security"), (TWO[1], "security"), ("lead2", "auditor")):
            account = queries.account_by_email(address(short))
            assert account is not None
            operations.grant_role(account.person, role, actor=system)
        if separate:
            first = queries.actor_by_email(address(TWO[0]))
            assert first is not None
            rights.set_rule(actor=first, version=1, separate=True, review_every=180)


@pytest.mark.parametrize("separate", [False, True])
@pytest.mark.parametrize("act", ["revoke", "disable", "shut out"])
def test_one_of_two_is_left(app: Flask, act: str, separate: bool) -> None:
    security(app, separate)
    turns = iter([TWO, TWO[::-1]])

    def end() -> None:
        mine, other = next(turns)
        me, account = queries.actor_by_email(address(mine)), queries.account_by_email(address(other))
        if me is None or not me.has("security"):
            raise RuleBroken("refused")  # as the page is, to somebody whose office is over
        assert account is not None
        if act == "revoke":
            rights.revoke_role(account.person, "security", actor=me)
        elif act == "disable":
            operations.disable(account, actor=me)
        else:
            theft.shut_out(account, actor=me)
        db.session.flush()

    met = both(app, end)
    assert met[0] == ""
    with app.app_context():
        held = [person.code for person in found.holders()["security"]]
    if act == "shut out":  # it takes no office away, and the link brings its owner back
        assert met[1] in ("", "refused", "accounts:rights-gone")
        return
    assert held == ["CAST-OUTSIDER"] and met[1] in ("refused", "accounts:rights-gone", "accounts:rights-last")
