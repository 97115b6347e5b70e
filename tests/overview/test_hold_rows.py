"""What whoever orders something of the overview holds until the commit, so that two at once get one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.files import FileRef
from kangjiansheng.labs.models import Institution
from kangjiansheng.overview import jobs
from kangjiansheng.overview.models import PackDelivery
from kangjiansheng.overview.operations import archives, deliveries, retention
from kangjiansheng.overview.rules.deliveries import WEEKLY
from kangjiansheng.overview.rules.rows import Naming
from kangjiansheng.overview.views.archives import making
from tests.support.critic import Critic
from tests.support.disposing import dispose
from tests.support.holding import fails_once, held

Cast = Callable[[str], Actor]


@pytest.mark.long
def test_what_who_asks_for_an_archive_holds(actor: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    party = db.session.scalars(select(Institution).where(Institution.code == "RJ")).one()
    with held() as rows:
        made = archives.ask(party, actor=actor("partner"))
    assert set(rows) == {"institution"}
    number = made.id
    db.session.commit()
    steps: list[int] = []
    monkeypatch.setattr(making, "_table", _resting(making._table, steps))
    monkeypatch.setattr(making, "_files", _resting(making._files, steps))
    monkeypatch.setattr(making.Contents, "add", _resting(making.Contents.add, steps))
    with held() as rows:
        making.make({"archive": number}, lambda *_: None)
    assert "party_archive" in rows
    assert len(steps) > 10
    with held() as rows:
        archives.look_after()
    assert rows == ["party_archive", "party_archive"], "those that are over, and those whose file is left"


def _resting(real: Callable[..., Any], steps: list[int]) -> Callable[..., Any]:
    """A part of the archive, written while no transaction of the session is open: it takes minutes."""

    def look(*given: Any, **more: Any) -> Any:
        assert not db.session().in_transaction()
        steps.append(1)
        return real(*given, **more)

    return look


@pytest.mark.long
def test_what_who_orders_a_pack_holds(actor: Cast) -> None:
    who = actor("lead")
    with held() as rows:
        found = deliveries.subscribe(actor=who, rhythm=WEEKLY, committee_id=None, attachment="")
    assert rows == ["person", "pack_delivery"]
    found.last_on = clock.today() - timedelta(days=9)
    db.session.commit()
    with held() as rows:
        deliveries.ask()
    assert set(rows) == {"pack_delivery"}
    task = db.session.scalars(select(PackDelivery)).one().task
    assert task is not None
    payload = dict(task.payload)
    db.session.commit()
    with held() as rows:
        jobs.send_pack(payload, lambda *_: None)
    assert "pack_delivery" in rows


def test_what_was_counted_too_early_is_counted_again_in_a_new_transaction(
    client: Callable[..., Critic], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = fails_once(monkeypatch, Naming, "fill", False)
    assert client("executive").get("/overview").status_code == 200
    assert len(seen) >= 2 and seen[0] is not seen[1]


def test_what_ends_the_bytes_of_a_disposal_and_what_holds_them_hold(actor: Cast) -> None:
    dispose(db.session.scalars(select(FileRef).order_by(FileRef.id)).first())
    with held() as rows:
        retention.place_hold("all", "", "监管检查", actor=actor("admin"))
    assert rows == ["disposal"], "either the hold comes first or the end of the bytes"
    with held() as rows:
        retention.empty()
    assert rows == ["disposal"]
