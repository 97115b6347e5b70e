"""The audit trail as auditors read it, and nobody else."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from kangjiansheng.accounts import queries
from kangjiansheng.core import verify
from kangjiansheng.core.audit import AuditEntry, covered
from kangjiansheng.core.clock import today
from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import speak_now
from kangjiansheng.core.trail import changes_of, field_word, meant, thing_word
from tests.support.critic import Critic
from tests.support.queries import queries_counted
from tests.support.typed import words

PAGES = ["/audit", "/audit/1", "/audit/changes/1", "/audit/verify", "/audit.csv"]


@pytest.mark.long
@pytest.mark.parametrize("path", PAGES)
def test_auditors_read_it_in_three_languages(client: Callable[..., Critic], path: str) -> None:
    for language in ("zh-Hans", "zh-Hant", "en"):
        assert client("auditor", language).get(path).status_code == 200


@pytest.mark.parametrize("who", ["executive", "admin", "lead", "partner", "secretary", "chair", "outsider"])
def test_nobody_else_does(client: Callable[..., Critic], who: str) -> None:
    visitor = client(who)
    assert {visitor.get(path).status_code for path in PAGES} == {403}


def seqs(page: str) -> list[int]:
    return [int(n) for n in re.findall(r'class="num" href="/audit/(\d+)"', page)]


def test_the_list_pages_by_place_in_the_chain(client: Callable[..., Critic]) -> None:
    visitor = client("auditor")
    first = visitor.get("/audit").text
    assert len(seqs(first)) == 50 and seqs(first) == sorted(seqs(first), reverse=True)
    older = re.search(r'href="([^"]+)" |rel="next" href="([^"]+)"', first[first.index('class="pager"') :])
    assert older
    second = visitor.get(f"/audit?before={seqs(first)[-1]}").text
    assert seqs(second)[0] == seqs(first)[-1] - 1


@pytest.mark.parametrize(
    ("query", "test"),
    [
        ("act=accounts:role:grant", lambda e: e.act == "accounts:role:grant"),
        ("thing=person", lambda e: e.thing == "person"),
        ("person=CAST-AUDITOR", lambda e: e.actor_label == "审计员"),
        (f"from={today()}", lambda e: True),
        ("to=2020-01-01", lambda e: False),
    ],
)
def test_filters_stand_in_the_address(
    app: Flask, client: Callable[..., Critic], query: str, test: Callable[[AuditEntry], bool]
) -> None:
    found = seqs(client("auditor").get(f"/audit?{query}").text)
    with app.app_context():
        newest = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()))
        assert found == [entry.seq for entry in newest if test(entry)][:50]


def test_a_row_says_how_much_it_leaves_out(app: Flask, client: Callable[..., Critic]) -> None:
    page = client("auditor").get("/audit").text
    with app.test_request_context():
        newest = list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(50)))
        known = meant(newest)
        more = {entry.seq: len(changes_of(entry, known)) - 3 for entry in newest}
    told = {int(seq): int(left) for seq, left in re.findall(r'href="/audit/(\d+)">另有 (\d+) 项', page)}
    assert told and told == {seq: left for seq, left in more.items() if left > 0}


def test_an_entry_says_before_and_after_in_words(app: Flask, client: Callable[..., Critic]) -> None:
    client("admin").post("/admin/people/CAST-LEAD/roles", data={"role": "executive"})
    with app.app_context():
        seq = db.session.scalars(
            select(AuditEntry.seq)
            .where(AuditEntry.act == "accounts:role:grant")
            .order_by(AuditEntry.seq.desc())
        ).first()
    page = client("auditor").get(f"/audit/{seq}").text
    for part in ("授予系统角色", "系统角色", "执行管理层", "系统管理员", "/audit/changes/"):
        assert part in page, part
    assert client("auditor").get("/audit/99999999").status_code == 404


def test_a_change_set_shows_the_rows_it_covers(client: Callable[..., Critic]) -> None:
    assert re.search(r"[0-9a-f]{64}", client("auditor").get("/audit/changes/2").text)


@pytest.mark.parametrize("kind", covered(), ids=lambda kind: kind.__tablename__)
def test_the_check_names_all_that_it_covers_in_words(app: Flask, kind: Any) -> None:
    with app.test_request_context():
        assert thing_word(kind.__tablename__) != kind.__tablename__


def test_the_check_stops_at_what_nobody_would_read(
    client: Callable[..., Critic], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []

    def broken(_session: object) -> Iterator[str]:
        for number in range(1, 1000):
            drawn.append(number)
            yield f"row {number}: was changed"

    monkeypatch.setattr(verify, "problems", broken)
    page = client("auditor").get("/audit/verify").text
    assert "至少 200 处与记录不符" in page and "kangjiansheng audit verify" in page
    assert "row 200:" in page and "row 201:" not in page and len(drawn) == 201


@pytest.mark.long
def test_the_check_says_whole_or_names_what_is_not(app: Flask, client: Callable[..., Critic]) -> None:
    visitor = client("auditor")
    assert "无一处被改动" in visitor.get("/audit/verify").text
    with app.app_context(), db.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER audit_entry_no_update")
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
        connection.execute(text("UPDATE audit_entry SET actor_label = '别人' WHERE seq = 5"))
    page = visitor.get("/audit/verify").text
    assert "处与记录不符" in page and "audit_entry seq 5 " in page


def test_a_copy_is_a_table_that_no_spreadsheet_executes(app: Flask, client: Callable[..., Critic]) -> None:
    admin, visitor = client("admin"), client("auditor")
    person = {"name_hans": "=1+1", "email": "f@kjs.example", "locale": "en", "account": "none", "role": ""}
    assert admin.post("/admin/people/new", data=person).status_code == 303
    answer = visitor.get("/audit.csv")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    with app.app_context():
        assert len(rows) - 1 <= len(list(db.session.scalars(select(AuditEntry.id))))
    assert rows[1][0] > rows[2][0] or int(rows[1][0]) > int(rows[2][0])
    assert not any(cell.startswith(("=", "+", "-", "@", "＝")) for row in rows for cell in row)


def test_taking_a_copy_leaves_an_entry(app: Flask, client: Callable[..., Critic]) -> None:
    client("auditor").get("/audit.csv?thing=person")
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
        assert entry is not None and entry.act == "accounts:audit:export" and entry.after["rows"] > 0


def test_the_list_costs_a_handful_of_statements(client: Callable[..., Critic]) -> None:
    visitor = client("auditor")
    visitor.get("/audit")
    with queries_counted() as seen:
        visitor.get("/audit")
    assert len(seen) <= 15, seen.shown


def test_the_trail_names_projects_and_milestones_and_calls_their_fields_by_words(client, app) -> None:  # type: ignore[no-untyped-def]
    from kangjiansheng.core.db import db
    from kangjiansheng.core.transactions import writing
    from kangjiansheng.projects.models import Milestone, Plan, Project
    from kangjiansheng.projects.operations import milestones as operations

    with app.app_context(), writing():
        lead = queries.actor_by_email("lead@kjs.example")
        assert lead is not None
        find = db.select(Milestone).join(Plan).join(Project)
        thing = db.session.scalars(find.where(Project.code == "KJS-003", Milestone.code == "A140")).one()
        operations.will_slip(thing, today() + timedelta(days=90), "ETHICS", actor=lead, version=None)
    auditor = client("auditor")
    text = auditor.get("/audit?thing=milestone").text
    assert "KJS-003 A140 临床试验默示许可" in text and "预测：" in text
    own = auditor.get(re.search(r'href="(/audit/\d+)"', text).group(1)).text
    assert "预测" in own and "伦理审批" in own and "reason_code" not in own + text


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
def test_fields_are_called_by_words(app: Flask, language: str) -> None:
    """Of all that the demonstration did, no field is called by its name in the code."""
    code_name = re.compile(r"[a-z][a-z0-9_]*" if language == "en" else r"[\x00-\x7f]+")
    with app.test_request_context():
        speak_now(language)
        entries = db.session.scalars(select(AuditEntry)).all()
        known = meant(entries)
        called = {(e.thing, change["label"]) for e in entries for change in changes_of(e, known)}
        assert len(called) > 300
        assert [one for one in sorted(called) if code_name.fullmatch(one[1])] == []


def test_a_field_that_nobody_named_is_shown_all_the_same(app: Flask) -> None:
    with app.test_request_context():
        assert (field_word("committee", "nature"), field_word("committee", "nobody_named")) == (
            "性质",
            "nobody_named",
        )


def test_values_say_what_is_meant_and_no_key(app: Flask, client: Callable[..., Critic]) -> None:
    """A person, an institution, a laboratory and a pathway by what they are called, in the reader's language."""
    with app.app_context():
        chosen = select(AuditEntry.seq).where(
            AuditEntry.act == "projects:project:import", AuditEntry.thing_id == 3
        )
        seq = db.session.scalars(chosen).first()
    page = words(client("auditor", "en").get(f"/audit/{seq}"))
    for part in (
        "Ruijin Hospital",
        "(Partner)",
        "JL-01 Joint Laboratory",
        "(lead)",
        "Project lead, since 2023-09-18",
    ):
        assert part in page, part
    assert "A_drug" not in page and "partner" not in page
    assert "药品注册路径" in words(client("auditor").get(f"/audit/{seq}"))


def test_of_lists_the_difference_is_shown(app: Flask) -> None:
    """Of two long lists what the other one lacks; of two in another order both."""
    many, fewer = [[n, "none", "on_site"] for n in (1, 2, 3)], [[n, "none", "on_site"] for n in (1, 3)]
    ids = {"person": {1: "甲", 2: "乙", 3: "丙"}}

    def said(before: list[object], after: list[object]) -> list[dict[str, str]]:
        entry = AuditEntry(thing="meeting", before={"attendance": before}, after={"attendance": after})
        return changes_of(entry, ids)

    with app.test_request_context():
        assert said(many, fewer) == [{"label": "出席", "before": "乙（未回复，到场）", "after": ""}]
        turned = said(many, many[::-1])[0]
        assert turned["before"].startswith("甲") and turned["after"].startswith("丙")
        assert changes_of(AuditEntry(thing="risk", before={}, after={"owner_id": 7})) == []
        gone = changes_of(AuditEntry(thing="risk", before={}, after={"owner_id": 7}), {"person": {}})
        assert gone[0]["after"] == "7"


def test_what_an_earlier_version_kept_in_another_shape_is_shown_as_it_stands(app: Flask) -> None:
    older = {"registrations": ["NCT01234567"], "members": 7, "labs": {"x": 1}, "lead_id": [[1]]}
    with app.test_request_context():
        entry = AuditEntry(thing="project", thing_id=0, before={}, after=older)
        shown = {change["label"]: change["after"] for change in changes_of(entry, meant([entry]))}
        assert shown["登记号"] == "NCT01234567" and shown["成员"] == "7"


def test_how_many_members_voted_is_no_person(app: Flask) -> None:
    """A vote keeps how many members could vote under the name that a project keeps its members by."""
    with app.test_request_context():
        vote = AuditEntry(thing="motion", thing_id=0, before={}, after={"members": 8})
        assert changes_of(vote, meant([vote]))[0]["after"] == "8"


def test_names_cost_the_same_for_one_entry_and_many(app: Flask) -> None:
    with app.app_context():
        entries = list(db.session.scalars(select(AuditEntry)))
        with queries_counted() as one:
            meant(entries[-1:])
        with queries_counted() as many:
            known = meant(entries)
    assert len(known) > 30 and len(one) == len(many) == 1, many.shown


def test_all_that_was_done_with_one_thing_is_a_click_away(client: Callable[..., Critic], app: Flask) -> None:
    visitor = client("auditor")
    with app.app_context():
        found = db.session.scalar(
            select(AuditEntry).where(AuditEntry.thing == "meeting").order_by(AuditEntry.seq)
        )
        assert found
        seq, number = found.seq, found.thing_id
        query = select(AuditEntry.seq).where(AuditEntry.thing == "meeting", AuditEntry.thing_id == number)
        wanted = sorted(db.session.scalars(query), reverse=True)
    path = f"/audit?thing=meeting&one=meeting.{number}"
    assert path.replace("&", "&amp;") in visitor.get(f"/audit/{seq}").text, "from an entry"
    path += "&alone=1"  # without its parts: tests/accounts/test_trail_of_a_whole.py
    shown = visitor.get(path).text
    assert seqs(shown) == wanted[:50] and "这一类的全部记录" in shown
    assert path.removesuffix("&alone=1").replace("&", "&amp;") in shown, "from the list"
    assert f'name="one" value="meeting.{number}"' in shown, "other filters keep it"
    rows = list(
        csv.DictReader(io.StringIO(visitor.get(path.replace("/audit", "/audit.csv")).text.lstrip("\ufeff")))
    )
    assert {(row["thing"], row["thing_id"]) for row in rows} == {("meeting", str(number))}
    changed = visitor.get(f"/audit?thing=project&one=meeting.{number}").text
    assert seqs(changed) and "这一类的全部记录" not in changed, "another kind was chosen"
    assert visitor.get("/audit?thing=meeting&one=meeting.x").status_code == 200


def test_an_auditor_finds_where_a_file_from_outside_is_checked(client: Callable[..., Critic]) -> None:
    assert 'href="/minutes/verify"' in client("auditor").get("/audit").text
