"""Lists of meetings, decisions and actions beside hundreds of them: what is read, in which order, and for whom."""

import base64
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.dialects import postgresql

from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.committee.models import Action, Committee
from kangjiansheng.committee.operations import meetings as operations
from kangjiansheng.committee.queries import visible_actions, visible_decisions, visible_meetings
from kangjiansheng.core import clock, paging
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from tests.support import full_meetings
from tests.support.critic import Critic
from tests.support.queries import rows_counted, work_counted

MEETINGS = 120
LISTS = {
    "/api/v1/meetings": ("meetings", "code", "Meeting"),
    "/api/v1/decisions": ("data", "number", "Decision"),
    "/api/v1/decisions?answer=waiting": ("data", "number", "Decision"),
    "/api/v1/decisions?kind=R": ("data", "number", "Decision"),
    "/api/v1/actions?show=all": ("data", "number", "Action"),
    "/api/v1/actions": ("data", "number", "Action"),
}
Reader = Callable[..., Critic]


@pytest.fixture
def many(app: Flask) -> Flask:
    """Many meetings with their minutes."""
    with app.app_context():
        full_meetings.fill(full_meetings.Size(MEETINGS, 20))
    return app


def added(address: str, more: str) -> str:
    """An address with one argument more."""
    return f"{address}{'&' if '?' in address else '?'}{more}"


def read(reader: Critic, address: str, size: int) -> tuple[list[str], int]:
    """The keys of a list that is read piece by piece, and the total that each piece told."""
    rows, key, _kind = LISTS[address]
    found: list[str] = []
    totals, following = set(), added(address, f"limit={size}")
    while following:
        piece = reader.get(following).get_json()
        found += [row[key] for row in piece[rows]]
        totals.add(piece["total"])
        following = piece["next"]
    (total,) = totals
    return found, total


@pytest.mark.long
def test_pieces_of_any_size_make_the_whole_list(many: Flask, client: Reader) -> None:
    totals = set()
    for who in ("executive", "member", "lead", "outsider"):
        reader = client(who)
        for address in LISTS:
            whole, total = read(reader, address, 500)
            assert len(whole) == len(set(whole)) == total, (who, address)
            assert read(reader, address, 17) == (whole, total), (who, address)
        totals.add(read(reader, "/api/v1/meetings", 500)[1])
    assert len(totals) == 4 and max(totals) > MEETINGS


@pytest.mark.long
def test_the_order_is_that_of_the_pages(many: Flask, client: Reader) -> None:
    reader = client("executive")
    days = [row["held_on"] for row in reader.get("/api/v1/meetings?limit=500").get_json()["meetings"]]
    assert days == sorted(days, reverse=True)
    tasks = reader.get("/api/v1/actions?show=all&limit=500").get_json()["data"]
    order = [(row["due_on"] is None, row["due_on"] or "", row["number"]) for row in tasks]
    assert order == sorted(order) and order[-1][0] and not order[0][0]


@pytest.mark.long
def test_a_piece_reads_no_more_rows_than_it_gives(many: Flask, client: Reader) -> None:
    reader = client("executive")
    for address, (_rows, _key, kind) in LISTS.items():
        first = added(address, "limit=2")
        for one in (first, reader.get(first).get_json()["next"] or first):
            with rows_counted() as seen:
                reader.get(one)
            assert 2 <= seen[kind] <= 3 and seen["Meeting"] <= 4, (address, seen)


@pytest.mark.long
@pytest.mark.sqlite
def test_the_work_of_a_piece_hangs_on_its_length(many: Flask, client: Reader) -> None:
    for reader in (client("executive"), client("member")):
        for address in ("/api/v1/meetings", "/api/v1/decisions", "/api/v1/actions?show=all"):
            asked = added(address, "limit=2")
            work = []
            for path in (added(address, "limit=500"), asked, reader.get(asked).get_json()["next"]):
                reader.get(path)  # totals are kept from now on
                with work_counted() as steps:
                    reader.get(path)
                work.append(steps[0])
            assert max(work[1:]) * 3 < work[0], (address, work)


@pytest.mark.long
def test_pages_read_no_more_than_they_show(many: Flask, client: Reader) -> None:
    reader = client("executive")
    for path, kind in (("/meetings", "Meeting"), ("/decisions", "Decision"), ("/actions?show=all", "Action")):
        first = reader.get(path)
        assert "第 1 / " in first.text and first.text != reader.get(added(path, "page=2")).text
        with rows_counted() as seen:
            reader.get(path)
        assert 45 <= seen[kind] <= 55, (path, seen)


def test_a_list_in_pages_is_labelled_by_all_of_it(
    app: Flask, client: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging.Listing.page, "__kwdefaults__", {"size": 1})
    reader, path = client("executive"), "/actions?show=all"
    last = reader.get(f"/api/v1{path}").get_json()["data"][-1]["number"]
    with app.app_context(), writing():
        for action in db.session.scalars(select(Action)):
            action.illustrative = action.number == last
    assert all("此页含示例数据" in reader.get(added(path, f"page={n}")).text for n in (1, 2))


@pytest.mark.long
def test_what_is_hidden_is_told_by_no_total_and_no_cursor(many: Flask, client: Reader) -> None:
    """A cursor that names a meeting which one does not see is one that names none."""

    def behind(name: str, place: int) -> Any:
        cursor = base64.urlsafe_b64encode(json.dumps([name, place]).encode()).decode().rstrip("=")
        answer = outsider.get(f"/api/v1/meetings?limit=2&cursor={cursor}").get_json()
        return [row["code"] for row in answer["meetings"]], answer["total"]

    outsider = client("outsider")
    seen, total = read(outsider, "/api/v1/meetings", 500)
    hidden = set(read(client("executive"), "/api/v1/meetings", 500)[0]) - set(seen)
    assert hidden and total == len(seen)
    for place in (0, 1, len(seen)):
        nowhere = behind("NO-SUCH-MEETING", place)
        assert nowhere == (seen[place : place + 2], total)
        assert all(behind(name, place) == nowhere for name in sorted(hidden)[:5])
    assert behind("\0", 2**40) == behind("NO-SUCH-MEETING", 2**63 - 1) == ([], total)


@pytest.mark.long
def test_a_total_is_counted_anew_once_somebody_writes(many: Flask, client: Reader) -> None:
    def totals(reader: Critic) -> list[int]:
        return [reader.get(added(address, "limit=1")).get_json()["total"] for address in LISTS]

    secretary, outsider = client("secretary"), client("outsider")
    before, hers = totals(secretary), totals(outsider)
    assert before != hers
    with many.app_context(), writing():
        committee = db.session.scalars(select(Committee).where(Committee.code == "SAC")).one()
        operations.create_meeting(committee, actor=system_actor(), held_on=clock.today())
    after = totals(secretary)
    assert after[0] == before[0] + 1 and after[1:] == before[1:]
    assert totals(outsider) == hers
    assert f"{after[0]} 次会议" in secretary.get("/meetings").text


@pytest.mark.parametrize("who", ["member", "partner", "executive"])
def test_no_database_looks_through_all_items_before_it_lists_fifty(actor, who):
    """Of each row its item or paragraph alone is asked for: what has an OFFSET PostgreSQL neither turns into a join nor into
    a table of all of them that it fills beforehand."""
    by = actor(who)
    doors = visible_meetings(by), visible_decisions(by), visible_actions(by)
    plain = {"literal_binds": True}
    said = "".join(str(door.compile(dialect=postgresql.dialect(), compile_kwargs=plain)) for door in doors)
    for kind, least in (("agenda_item", 4 if who == "executive" else 5), ("paragraph", 1)):
        asked = [one.start() + 7 for one in re.finditer(rf"EXISTS \(SELECT [^()]*\sFROM {kind}\b", said)]
        assert len(asked) >= least
        assert all(_ends_on_offset(said[at:]) for at in asked)


def _ends_on_offset(said: str) -> bool:
    """Whether what stands in the first brackets ends so."""
    deep = 0
    for at, sign in enumerate(said):
        deep += {"(": 1, ")": -1}.get(sign, 0)
        if not deep:
            return "OFFSET" in said[:at].rpartition("\n")[2]
    return False
