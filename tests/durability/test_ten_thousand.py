"""Ten thousand acknowledged writes over a hundred kills, on each engine: none lost, none half, none doubled.

KJS_SOAK_SEED repeats the moments and the choices of a run; KJS_SOAK_WRITES and KJS_SOAK_KILLS make it shorter.
"""

import json
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from tests.durability import comparing
from tests.durability.test_many_reviewers import inside
from tests.durability.writers import DRAFT, REVIEW, Share, Write, Writer
from tests.support.app import Databases
from tests.support.postgres import Cluster, running
from tests.support.server import Server

WRITES = int(os.environ.get("KJS_SOAK_WRITES", "10000"))
KILLS = int(os.environ.get("KJS_SOAK_KILLS", "100"))
WRITERS = 4
STANDSTILL = 180.0  # seconds without one acknowledged write
pytestmark = pytest.mark.soak


@pytest.fixture
def seed() -> int:
    """The seed of this run."""
    given = os.environ.get("KJS_SOAK_SEED", "")
    return int(given) if given else random.SystemRandom().randrange(1_000_000)


def serving(databases: Databases, folder: Path) -> Server:
    """The server as it is deployed, with its worker, over a fresh demonstration."""
    instance = folder / "instance"
    instance.mkdir()
    server = Server(instance, databases.fresh("demo"), workers=2)
    databases.files_into("demo", instance)
    server.start()
    return server


def test_on_sqlite(tmp_path: Path, seed: int) -> None:
    server = serving(Databases(tmp_path, None), tmp_path)
    try:
        through_all(server, seed, {"the whole": 30, "what answers": 70})
    finally:
        server.stop()


@pytest.mark.postgres
def test_on_postgresql(tmp_path: Path, seed: int) -> None:
    """As the role of the application; the database's processes are killed as well, with the settings of a deployment."""
    with running("max_connections=100 shared_buffers=128MB") as cluster:
        server = serving(Databases(tmp_path, cluster.url("postgres"), apart=True), tmp_path)
        # A database that was copied from another forgets at a crash how far its sequences were, unless it was on disk.
        cluster.run("CHECKPOINT")
        shares = {"the whole": 30, "what answers": 45, "a process of the database": 15, "the database": 10}
        try:
            through_all(server, seed, shares, cluster)
        finally:
            server.stop()


def through_all(server: Server, seed: int, shares: Mapping[str, int], cluster: Cluster | None = None) -> None:
    """Write and kill in turn; then everybody ends what is at hand, and all is compared."""
    print(f"\nKJS_SOAK_SEED={seed}")
    began = time.monotonic()
    with inside(server):
        since = comparing.head()
        portions = list(_portions())
    ended, chance = threading.Event(), random.Random(seed)
    writers = [Writer(server.base, n, seed, portion, ended) for n, portion in enumerate(portions)]
    for writer in writers:
        writer.start()
    kinds = [*shares, *chance.choices(list(shares), list(shares.values()), k=KILLS - len(shares))]
    chance.shuffle(kinds)
    for number, kind in enumerate(kinds, 1):
        _wait_for(writers, WRITES * number // (KILLS + 1), server)
        time.sleep(chance.uniform(0, 0.5))
        _kill(kind, server, cluster, chance)
    _wait_for(writers, WRITES, server)
    ended.set()
    for writer in writers:
        writer.join(STANDSTILL)
    assert not any(writer.is_alive() or writer.problem for writer in writers)
    journal = [write for writer in writers for write in writer.journal]
    print(json.dumps(_told(journal, kinds, time.monotonic() - began), ensure_ascii=False))
    assert sum(bool(write.refused) for write in journal) <= 10 + WRITES / 50, "too much was refused"
    with inside(server):
        assert list(comparing.problems(journal, since)) == []
        _sees_what_is_wrong(journal, since)
    for command in (("audit", "verify"), ("search", "verify")):
        verdict = server.command(*command)
        assert verdict.returncode == 0, verdict.stdout + verdict.stderr


def _portions() -> Iterator[Share]:
    """Projects of the lead's, paragraphs and obligations, dealt out among the writers."""
    from kangjiansheng.core.db import db

    def rows(statement: str, **given: Any) -> list[Any]:
        return list(db.session.execute(sa.text(statement), given))

    dates: dict[str, list[str]] = {}
    for row in rows(
        "SELECT x.code, m.code AS milestone FROM milestone m JOIN plan p ON p.id = m.plan_id "
        "JOIN project x ON x.id = p.project_id JOIN project_lab b ON b.project_id = x.id AND b.leads "
        "JOIN joint_lab l ON l.id = b.lab_id WHERE m.state = 'open' AND l.code = 'JL-01' "
        "AND m.forecast IS NOT NULL ORDER BY x.code, m.code"
    ):
        dates.setdefault(row.code, []).append(f"/projects/{row.code}/milestones/{row.milestone}")
    texts = {
        code: [
            row.public_id
            for row in rows(
                "SELECT p.public_id FROM paragraph p JOIN minutes i ON i.id = p.minutes_id JOIN meeting m "
                "ON m.id = i.meeting_id WHERE m.code = :code AND p.kind = 'text' AND p.removed_at IS NULL ORDER BY p.id",
                code=code,
            )
        ]
        for code in (DRAFT, REVIEW)
    }
    owed = [row.code for row in rows("SELECT code FROM obligation WHERE archived_at IS NULL ORDER BY code")]
    projects = list(dates)
    for n in range(WRITERS):
        yield Share(
            [at for code in projects[n::WRITERS] for at in dates[code]],
            texts[DRAFT][n],
            texts[REVIEW][n],
            owed[n::WRITERS],
            (n, WRITERS),
        )


def _wait_for(writers: list[Writer], wanted: int, server: Server) -> None:
    """Until so many writes are acknowledged. Fails when a writer fell over, or nothing goes on."""
    seen, moved = -1, time.monotonic()
    while (now := sum(writer.acknowledged for writer in writers)) < wanted:
        for writer in writers:
            if writer.problem:
                raise AssertionError(f"a writer fell over:\n{server.log()[-3000:]}") from writer.problem
        if now > seen:
            seen, moved = now, time.monotonic()
        assert time.monotonic() - moved < STANDSTILL, f"nothing goes on:\n{server.log()[-3000:]}"
        time.sleep(0.02)


def _kill(kind: str, server: Server, cluster: Cluster | None, chance: random.Random) -> None:
    if kind == "the whole":
        server.kill()
        server.start()
    elif kind == "what answers":
        assert server.kill_answering()
    elif cluster and kind == "the database":
        cluster.kill()
        cluster.start()
    elif cluster:
        os.kill(_process_of(cluster, chance), signal.SIGKILL)


def _process_of(cluster: Cluster, chance: random.Random) -> int:
    """A process of the database that does something for the server; with it all others fall, and their first
    process starts them anew."""
    while True:
        with psycopg.connect(host=str(cluster.folder), user="tests", dbname="postgres") as connection:
            busy = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE usename = 'kjs_app' AND state <> 'idle'"
            ).fetchall()
        if busy:
            return int(chance.choice(busy)[0])


def _told(journal: list[Write], kinds: list[str], seconds: float) -> dict[str, Any]:
    unanswered = [write for write in journal if write.unknown]
    return {
        "acknowledged": sum(write.acknowledged for write in journal),
        "without an answer at first": len(unanswered),
        "never answered": sum(not write.acknowledged and not write.refused for write in unanswered),
        "refused": Counter(write.refused for write in journal if write.refused),
        "kinds": Counter(write.kind for write in journal if write.acknowledged),
        "kills": Counter(kinds),
        "minutes": round(seconds / 60, 1),
    }


def _sees_what_is_wrong(journal: list[Write], since: int) -> None:
    """The comparison is no comfort unless it speaks up: of a write that is not there, and of one that nobody made."""
    known = next(write for write in journal if write.acknowledged and write.kind == "risk")
    without = [write for write in journal if write is not known]
    assert list(comparing.problems(without, since)) == [f"{known.mark} is there and nobody wrote it"]
    lost = Write("risk", "soak lost", acknowledged=True)
    assert list(comparing.problems([*journal, lost], since)) == ["soak lost was acknowledged and is lost"]
