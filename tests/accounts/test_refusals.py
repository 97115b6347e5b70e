"""What is refused of accounts, rights, second factors and what programs get: each refusal by its code and at its field,
with nothing changed before it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from kangjiansheng.accounts import operations
from kangjiansheng.accounts.models import Account, KeptCopy, Person, WebhookMessage
from kangjiansheng.accounts.operations import (
    copies,
    factors,
    policy,
    reminders,
    rights,
    sso,
    tokens,
    webhooks,
)
from kangjiansheng.accounts.operations.factors import Shown
from kangjiansheng.accounts.operations.proving import Given, prove
from kangjiansheng.accounts.queries import account_by_email
from kangjiansheng.accounts.queries import factors as queries
from kangjiansheng.accounts.queries.passkeys import by_credential
from kangjiansheng.accounts.rules import TOKENS_MOST
from kangjiansheng.accounts.rules import factors as facts
from kangjiansheng.accounts.rules import webhooks as webhook_rules
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from tests.support.app import PASSWORD
from tests.support.critic import Critic
from tests.support.holding import held
from tests.support.refusing import refused

Cast = Callable[[str], Actor]
GIVEN = Given(password=PASSWORD)
ISSUER = "https://issuer.example"


def account(short: str) -> Account:
    found = account_by_email(f"{short}@kjs.example")
    assert found is not None
    return found


def test_of_people_and_their_rights(actor: Cast) -> None:
    admin, lead = actor("admin"), account("lead")
    nobody = operations.create_person(actor=admin, name_hans="无邮箱", account=False)
    with refused("accounts:email-needed", "email"):
        operations.open_account(nobody, actor=admin)
    with refused("accounts:account-there"):
        operations.open_account(lead.person, actor=admin)
    with refused("accounts:admin-there"):
        operations.create_first_admin(
            actor=admin, name_hans="又一", email="new@kjs.example", password="correct horse battery"
        )
    with refused("accounts:role-unknown", "role"):
        rights.grant_role(lead.person, "king", actor=admin)
    with refused("accounts:rights-future", "day"):
        rights.review(actor=admin, day=clock.today() + timedelta(days=1), remark="")
    with refused("accounts:policy-unknown", "second_for"):
        policy.set_policy(actor=admin, version=None, second_for="cats", second_from=clock.today())
    with refused("accounts:policy-day", "second_from"):
        policy.set_policy(actor=admin, version=None, second_for="everyone", second_from=None)
    hours: dict[str, Any] = {"days_before": "7", "hour": 8, "quiet_from": 22, "quiet_to": 7}
    for wrong in ({"kinds": ["song"], "channel": "mail"}, {"kinds": [], "channel": "pigeon"}):
        with refused("accounts:reminder-unknown", "kinds"):
            reminders.set_reminders(lead.person, actor=actor("lead"), version=None, **hours, **wrong)
    copy = KeptCopy(asked_at=clock.now(), state="whole", name="a")
    db.session.add(copy)
    db.session.flush()
    copies.ask_drill(copy, actor=admin)
    with refused("accounts:drill-waits"):
        copies.ask_drill(copy, actor=admin)


def test_of_the_ways_to_sign_in(actor: Cast) -> None:
    admin, who, lead = actor("admin"), actor("lead"), account("lead")
    mine: dict[str, Any] = {"password": PASSWORD, "keep_session": 0, "actor": who}
    with refused("accounts:password-needed", "password"):
        factors.enrol_app(lead, "A" * 32, "000000", **mine | {"password": ""})
    with refused("accounts:app-none"):
        factors.remove_app(lead, shown=Shown(code="1"), **mine)
    secret = facts.new_app_secret()
    right = facts.code_of(secret, facts.step_of(clock.now()))
    with refused("accounts:second-wrong", "code"):
        factors.enrol_app(lead, secret, str((int(right) + 1) % 10**6).zfill(6), **mine)
    with refused("accounts:factors-none"):
        factors.take_away(lead, "丢了", actor=admin)
    factors.enrol_app(lead, secret, right, **mine)
    with refused("accounts:app-there"):
        factors.enrol_app(lead, secret, right, **mine)
    with refused("accounts:reason-missing", "reason"):
        factors.take_away(lead, " ", actor=admin)
    with refused("accounts:factors-own"):
        factors.take_away(lead, "丢了", actor=who)
    with held() as rows:
        queries.app_of(lead.id, lock=True)
        queries.recovery_codes(lead.id)
        by_credential("none")
    assert rows == ["authenticator_app", "recovery_code", "passkey"], (
        "each is good once, also for two at once"
    )
    for _ in range(facts.FAILURES):
        factors.count_failure(lead.id, address="")
    with refused("accounts:second-throttled"):
        factors.prove(lead, Shown(code=right))
    for nothing in (Actor(id=0, label=""), Actor(id=0, label="", source="api")):
        with refused("accounts:session-old"):
            prove(GIVEN, actor=nothing)
    with refused("accounts:password-needed", "password"):
        prove(Given(), actor=actor("member"))
    with refused("accounts:sso-none"):
        sso.unlink(lead, ISSUER, actor=admin)
    sso.link(lead, ISSUER, "one", actor=admin)
    with refused("accounts:sso-there"):
        sso.link(lead, ISSUER, "two", actor=admin)
    with refused("accounts:sso-taken"):
        sso.link(account("member"), ISSUER, "one", actor=admin)


def test_of_what_programs_get(actor: Cast) -> None:
    who, person = actor("lead"), db.session.get_one(Person, actor("lead").id)
    token: dict[str, Any] = {
        "actor": who, "name": "表", "scopes": ["projects:read"], "given": GIVEN,
        "expires_on": clock.today() + timedelta(days=9),
    }  # fmt: skip
    hook: dict[str, Any] = {
        "actor": who, "name": "表", "address": "https://a.example/x", "kinds": ["project"], "given": GIVEN,
        "allowed": ["https://a.example"],
    }  # fmt: skip
    with refused("accounts:webhook-no-kinds", "kinds"):
        webhooks.make(person, **hook | {"kinds": []})
    with refused("accounts:webhook-unknown", "kinds"):
        webhooks.make(person, **hook | {"kinds": ["song"]})
    for _ in range(TOKENS_MOST):
        tokens.make_token(person, **token)
    with refused("accounts:token-many"):
        tokens.make_token(person, **token)
    for _ in range(webhook_rules.MOST):
        one, _secret = webhooks.make(person, **hook)
    with refused("accounts:webhook-many"):
        webhooks.make(person, **hook)
    waits = webhooks.ping(one, actor=who)
    with refused("accounts:webhook-not-again"):
        webhooks.again(waits, actor=who)
    told = WebhookMessage(
        webhook=one, message_id="m", type="project", happened_at=clock.now(), state="failed",
        due_at=clock.now(),
    )  # fmt: skip
    db.session.add(told)
    webhooks.switch(one, False, actor=who)
    with refused("accounts:webhook-not-again"):
        webhooks.again(told, actor=who)


def test_of_a_passkey_that_did_not_answer(client: Callable[..., Critic]) -> None:
    again = client("lead").post("/account/second/passkeys", data={"name": "电话", "password": PASSWORD})
    assert again.status_code == 422 and "通行密钥没有通过核验" in again.text
