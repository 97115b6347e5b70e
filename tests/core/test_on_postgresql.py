"""What PostgreSQL alone can do to a request: take no writes, or let go of one of two writers."""

import io
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from kangjiansheng.core import quotas, verify
from kangjiansheng.core.db import db
from tests.accounts.test_give_a_program_a_token import bearer, made
from tests.support import papers
from tests.support.app import PASSWORD, Databases, address, make, settings_for
from tests.support.critic import Critic
from tests.support.typed import opened, words

pytestmark = pytest.mark.postgres
FROM_HERE = {"Origin": "http://localhost"}
AT_ONCE = {
    "zh-Hans": "有人在同一时刻保存",
    "zh-Hant": "有人在同一時刻儲存",
    "en": "Somebody saved at the same moment",
}
WORDS = {"zh-Hans": "现在只能读取", "zh-Hant": "現在只能讀取", "en": "can only be read"}


@pytest.fixture(scope="module")
def there(databases: Databases, postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """Databases on PostgreSQL, whatever the engine of the run; those of the run when it is on PostgreSQL itself."""
    return databases if databases.server else Databases(tmp_path_factory.mktemp("there"), postgres_url)


@pytest.fixture
def on_postgresql(there: Databases, tmp_path: Path) -> Iterator[Flask]:
    """The application over the demonstration."""
    app = make(settings_for(tmp_path, there.fresh("demo")))
    there.files_into("demo", tmp_path)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def only_reads(app: Flask, *, on: bool) -> None:
    """From the next connection on."""
    with app.app_context():
        name, value = sa.make_url(str(db.engine.url)).database, "on" if on else "off"
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("SET default_transaction_read_only = off")
            connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {value}')
        db.engine.dispose()


def enter(app: Flask, short: str, language: str = "zh-Hans") -> Critic:
    made = Critic(app, language)
    assert made.post("/sign-in", data={"email": address(short), "password": PASSWORD}).status_code == 303
    return made


@pytest.mark.long
def test_reading_goes_on_and_writing_is_refused_in_words(on_postgresql: Flask) -> None:
    app = on_postgresql
    lead, secretary = enter(app, "lead"), enter(app, "secretary")
    secret, program = made(lead), app.test_client()
    risks, entry = (
        "/projects/KJS-003/risks",
        {"title": "备料", "review_on": "2026-12-01", "description": "入组慢"},
    )
    typed = dict(opened(lead, f"{risks}/new")) | entry
    only_reads(app, on=True)

    # Pages, what is confidential (which leaves a trace), files (which cost), programs.
    for path in ("/", "/projects/KJS-003", "/projects/KJS-003/milestones/A140", "/asks.csv", "/projects.csv"):
        assert lead.get(path).status_code == 200, path
    assert secretary.get("/meetings/SAC-2026-03/minutes").status_code == 200
    for path in ("/api/v1/projects", "/api/v1/milestones/sheet.csv"):
        assert program.get(path, headers=bearer(secret)).status_code == 200, path

    # Whatever writes, in each language; what was typed is there; a refusal that is counted is no fault either.
    for language, said in WORDS.items():
        query = {"lang": language}
        answer = lead.post(f"{risks}/new", data=typed, query_string=query, headers=FROM_HERE)
        assert answer.status_code == 503 and answer.headers["Retry-After"] and said in words(answer)
        assert "入组慢" in answer.text, "it may be sent again"
    told = lead.post(f"/api/v1{risks}", json=entry)
    assert told.status_code == 503 and "只能读取" in told.get_json()["detail"]
    assert lead.get("/audit.csv").status_code == 403
    for password in (PASSWORD, "wrong"):  # what was wrong has to be counted
        stranger = Critic(app).post("/sign-in", data={"email": address("lead"), "password": password})
        assert stranger.status_code == 503 and "只能读取" in words(stranger)
    assert program.get("/api/v1/projects", headers=bearer("wrong")).status_code == 503

    only_reads(app, on=False)
    assert program.get("/api/v1/projects", headers=bearer("wrong")).status_code == 401
    enter(app, "lead")


OBLIGATION, MILESTONE = "/obligations/OB-0003", "/projects/KJS-003/milestones/A140"


def files(*named: str) -> list[tuple[io.BytesIO, str]]:
    return [(io.BytesIO(papers.pdf(name)), f"{name}.pdf") for name in named]


@pytest.mark.long
def test_two_who_bring_files_to_the_same_thing_at_once_wait_for_each_other(on_postgresql: Flask) -> None:
    app = on_postgresql
    one, other = enter(app, "member"), enter(app, "member")
    lead = enter(app, "lead")
    form = dict(opened(one, OBLIGATION, f"{OBLIGATION}/delivery"))
    update = dict(opened(lead, f"{MILESTONE}/edit", f"{MILESTONE}/update")) | {"choice": "on_track"}
    acts: list[tuple[Critic, str, dict[str, Any]]] = []
    for round_ in range(3):
        acts += [
            (one, f"{OBLIGATION}/delivery", form | {"files": files(f"a{round_}", "same")}),
            (other, f"{OBLIGATION}/documents", {"files": files("same", f"b{round_}")}),
            (lead, f"{MILESTONE}/update", update | {"files": files(f"c{round_}", "same")}),
            (
                enter(app, "lead"),
                f"{MILESTONE}/evidence",
                {"files": files("same", f"d{round_}"), "kind": "E1"},
            ),
        ]
    together, seen = threading.Barrier(len(acts)), list[int]()

    def act(who: Critic, path: str, data: dict[str, Any]) -> None:
        together.wait(30)
        seen.append(who.post(path, data=data).status_code)

    people = [threading.Thread(target=act, args=asked, daemon=True) for asked in acts]
    for person in people:
        person.start()
    for person in people:
        person.join(120)
    assert len(seen) == len(acts) and set(seen) <= {303, 409, 422}, seen
    assert seen.count(303) == 8, "one delivery, one answer, and all that brings files only"
    with app.app_context():
        assert list(verify.problems(db.session())) == []


@pytest.mark.long
def test_who_is_let_go_of_two_that_wait_for_each_other_is_told_so(
    on_postgresql: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = on_postgresql
    member = enter(app, "member")
    form = dict(opened(member, OBLIGATION, f"{OBLIGATION}/delivery")) | {"remark": "第三批"}
    holds, ended = threading.Event(), threading.Event()

    def other() -> None:
        """Holds what brings of files wait for, then wants the obligation."""
        with app.app_context(), db.engine.begin() as connection:
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": quotas.LOCK})
            holds.set()
            waits = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            until = time.monotonic() + 20
            while not connection.scalar(waits) and time.monotonic() < until:
                time.sleep(0.01)
            connection.execute(sa.text("UPDATE obligation SET id = id WHERE code = 'OB-0003'"))
            ended.set()

    for language, said in AT_ONCE.items():
        holds.clear()
        ended.clear()
        meanwhile = threading.Thread(target=other, daemon=True)
        meanwhile.start()
        assert holds.wait(30)
        asked = {
            "data": form | {"files": files("a")},
            "query_string": {"lang": language},
            "headers": FROM_HERE,
        }
        answer = member.post(f"{OBLIGATION}/delivery", **asked)
        assert ended.wait(30), "the other one is the one who stays"
        meanwhile.join(30)
        assert answer.status_code == 503 and answer.headers["Retry-After"] and said in words(answer)
    assert member.post(f"{OBLIGATION}/delivery", data=form | {"files": files("a")}).status_code == 303
