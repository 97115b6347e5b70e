"""The description of the interface is whole and true: every address, every answer of a walk, every act of the pages."""

import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from typing import Any
from unittest import mock

from flask import Flask
from jsonschema import Draft202012Validator

from kangjiansheng.core import transactions
from kangjiansheng.core.db import db
from kangjiansheng.core.rest import describing
from kangjiansheng.core.rest.filling import declared
from tests.permissions import table
from tests.support.critic import Critic

# Acts of pages that are none of programs, and why.
PAGES_ONLY = {
    "people vote, consent, object and declare: nothing but the person makes it true": "committee.mark_read "
    "committee.consent committee.object_to committee.cast_ballot committee.record_dissent committee.declare_on_item "
    "committee.interests committee.*_interest committee.complete_* committee.answer committee.answer_invitation "
    "committee.deputy committee.withdraw_deputy",
    "accounts, tokens, roles, the calendar, robots and mails are kept by their owners and administrators": "account.* "
    "accounts.* admin.* roles.* robots.* mails.* calendar.* copies.* work.* first_run.* projects.hand_over_* "
    "projects.stop_account committee.hand_over labs.people_list labs.consent_to_people overview.set_retention_period overview.*_hold "
    "overview.*_disposal "
    "webhooks.new webhooks.edit webhooks.secret webhooks.enable webhooks.disable webhooks.remove",
    "the same in large letters, and what only looks": "committee.present_* committee.preview committee.verify_minutes",
    "many milestones at once come as a sheet, with its dry run": "projects.bulk_* projects.undo_bulk",
    "what a toast takes back at once a program takes back stay by stay": "committee.undo_together",
    "links, saved views, packs and archives make sense in a browser or a mail": "*.*_reader_link projects.*_answer "
    "core.*_view overview.*_archive overview.pack_deliveries overview.end_delivery overview.ask_for_archive",
}


def test_every_act_of_a_page_is_one_of_programs_or_says_why_not(app: Flask) -> None:
    acts = app.extensions["acts"].listed.values()
    done = {act.page for act in acts}
    kept = [pattern for patterns in PAGES_ONLY.values() for pattern in patterns.split()]
    unsafe = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())} - {
        "api.act"
    }
    assert sorted(one for one in unsafe - done if not any(fnmatch(one, pattern) for pattern in kept)) == []
    assert not done & {"committee.cast_ballot", "account.new_token", "projects.stop_account"}
    for act in acts:  # what is signed asks a program for the same as a person
        signs = act.page == "committee.sign" or (
            {"delivery", "receipt"} & {*act.fixed.values()} and act.page == "projects.step_hand_off"
        )
        assert not signs or {"password", "code"} <= {name for form in act.forms for name, _ in declared(form)}
    assert len(done) > 200


def test_every_address_is_described_and_every_answer_is_as_described(
    app: Flask, client: Callable[..., Critic]
) -> None:
    reader = client("auditor")
    described = reader.get("/api/v1/openapi.json").get_json()
    for schema in described["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    routes = {
        re.sub(r"<(?:[^<>:]*:)?(\w+)>", r"{\1}", rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and rule.endpoint not in ("api.act", "api.form", "api.openapi")
    }
    assert routes == {path for path, methods in described["paths"].items() if "get" in methods}
    assert described["paths"]["/api/v1/{of}/{code}/milestones/{milestone_code}/update"]["post"]["requestBody"]
    seen = list(_answers(app, client))
    wrong = []
    for address, schema, body in seen:
        whole = {**schema, "components": described["components"]}
        wrong += [
            f"{address}: {problem.message}" for problem in Draft202012Validator(whole).iter_errors(body)
        ]
    assert wrong == []
    assert len(seen) > 80


def _answers(app: Flask, client: Callable[..., Critic]) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """What two readers get from each address that programs read: one who sees all, one who sees a part; and from those
    of committees one who keeps them."""
    asked = []
    with app.app_context():
        for rule, read in describing.readable(app):
            for values in table.arguments(rule):
                address = rule.rule
                for name, value in values.items():
                    address = table._put(address, name, str(value))
                asked.append((address, read))
    for short in ("auditor", "partner", "secretary"):
        reader = client(short)
        for address, read in asked:
            if short == "secretary" and not address.startswith(("/api/v1/meetings", "/api/v1/committees")):
                continue
            answer = super(Critic, reader).open(address)
            assert answer.status_code in (200, 403, 404), (short, address, answer.text)
            if answer.status_code == 200 and read.is_file:
                assert answer.mimetype in read.media, address
            elif answer.status_code == 200:
                assert answer.headers["ETag"]
                yield address, read.schema, answer.get_json()
            else:
                assert answer.content_type == "application/problem+json"


def test_every_act_opens_its_form_and_answers_in_json(app: Flask, client: Callable[..., Critic]) -> None:
    """With nothing filled in, as the lead, and as the executive where the lead may not: nothing is kept."""
    acts, open_to = app.extensions["acts"], 0
    lead, executive = client("lead"), client("executive")
    with app.app_context():
        asked = [
            (acts.listed[rule.endpoint], (table.arguments(rule, one=True) or [{}])[0], rule.rule)
            for rule in acts.map.iter_rules()
        ]
    for act, values, address in asked:
        for name, value in values.items():
            address = table._put(address, name, str(value))
        for reader in (lead, executive):
            headers = {"If-Match": '"1"'} if act.asks_version else {}
            with mock.patch.object(transactions, "commit", lambda: db.session.rollback()):
                answer = super(Critic, reader).open(
                    f"/api/v1{address}", method=act.method, json={}, headers=headers
                )
            assert answer.status_code < 500, (act.method, address)
            assert "json" in answer.content_type or answer.status_code == 204, (act.method, address)
            if answer.status_code not in (403, 404):
                open_to += 1
                break
    assert open_to > 100
