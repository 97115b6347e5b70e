"""An executive changes an institution."""

from lxml import html

from kangjiansheng.core.audit import history
from kangjiansheng.core.db import db
from kangjiansheng.core.outbox import Notification
from kangjiansheng.labs import queries
from tests.support.typed import fields, opened, send, typed, words

EDIT = "/partners/RJ/edit"


def test_names_aliases_and_sectors_change_and_the_history_says_so(client):
    executive = client("executive")
    answer = typed(executive, EDIT, alias_lines="瑞金医院\n瑞金总院", sector_codes=["hospital", "research"])
    assert answer.status_code == 303
    text = words(executive.get("/partners/RJ"))
    assert "修改机构资料" in text
    assert "别名" in text and "瑞金总院" in text
    assert "医院、科研" in text


def test_a_form_that_changes_nothing_leaves_no_trace(client, app):
    assert typed(client("executive"), "/partners/DHLS/edit").status_code == 303
    with app.app_context():
        found = queries.institution_by_name("DHLS")
        assert found.version == 1
        assert len(history("institution", found.id)) == 1


def test_the_second_of_two_sees_both_versions_and_loses_nothing(client, app):
    first, second = client("executive"), client("executive")
    mine = opened(second, EDIT)
    assert typed(first, EDIT, name_en="Ruijin Hospital (first)").status_code == 303
    answer = send(second, EDIT, mine, name_en="Ruijin Hospital (second)")
    assert answer.status_code == 409
    text = answer.get_data(as_text=True)
    assert "Ruijin Hospital (first)" in text and "Ruijin Hospital (second)" in text
    assert "名称（英文）" in words(answer)
    with app.app_context():
        assert queries.institution_by_name("RJ").name_en == "Ruijin Hospital (first)"


def test_after_the_conflict_one_may_insist(client, app):
    first, second = client("executive"), client("executive")
    mine = opened(second, EDIT)
    typed(first, EDIT, name_en="first")
    conflict = send(second, EDIT, mine, name_en="second")
    again = fields(html.document_fromstring(conflict.get_data(as_text=True)))
    assert send(second, EDIT, again).status_code == 303
    with app.app_context():
        assert queries.institution_by_name("RJ").name_en == "second"


def test_a_form_without_its_version_never_overwrites(client):
    form = opened(client("executive"), EDIT)
    del form["version"]
    assert send(client("executive"), EDIT, form, name_en="forged").status_code == 409


def test_its_members_are_told_and_the_one_who_did_it_is_not(client, app, actor):
    typed(client("executive"), EDIT, name_en="Ruijin Hospital")
    told = set(
        db.session.scalars(db.select(Notification.person_id).where(Notification.template == "labs:changed"))
    )
    assert told == {actor("member").id}
    assert "RJ" in words(client("member").get("/notifications"))


def test_the_code_is_not_offered_and_not_taken(client):
    form = opened(client("executive"), EDIT)
    assert "code" not in form
    send(client("executive"), EDIT, form, code="OTHER")
    assert client("executive").get("/partners/RJ").status_code == 200


def test_nobody_else_edits(client):
    for who in ("auditor", "admin", "lead", "member", "outsider"):
        assert client(who).get(EDIT).status_code == 403
        assert client(who).post(EDIT).status_code == 403
