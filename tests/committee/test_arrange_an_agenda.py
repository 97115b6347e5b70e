"""The builder of an agenda: order and lengths as one act, overrun in words, two who rearrange, who presents."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from sqlalchemy import select

from kangjiansheng.accounts.queries import actor_by_email
from kangjiansheng.committee.models import AgendaItem, Meeting
from kangjiansheng.committee.operations import interests, meetings
from kangjiansheng.committee.rules import agenda
from kangjiansheng.core import transactions
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from tests.support.critic import Critic

PLANNED = "SAC-2026-06"


@given(st.lists(st.integers(0, 30), unique=True), st.data())
def test_who_does_not_see_an_item_moves_the_others_around_it(there: list[int], data: st.DataObject) -> None:
    seen = data.draw(st.lists(st.sampled_from(there), unique=True)) if there else []
    found = agenda.slotted(there, seen)
    assert sorted(found) == sorted(there)
    assert [one for one in found if one in seen] == seen
    assert [one for one in found if one not in seen] == [one for one in there if one not in seen]
    hidden = [at for at, one in enumerate(there) if one not in seen]
    assert [found[at] for at in hidden] == [there[at] for at in hidden]


@given(st.lists(st.integers(0, 600)), st.integers(0, 600))
def test_hours(minutes: list[int], held: int) -> None:
    start = datetime(2026, 12, 1, 6, tzinfo=UTC)
    found = agenda.hours(start, start + timedelta(minutes=held), minutes)
    assert (found.total, found.over) == (sum(minutes), sum(minutes) - held)
    begins = agenda.beginnings(start, [*minutes, 0])
    assert begins[0] == start and begins[-1] == found.ends_at
    assert agenda.hours(None, start, minutes).over is None
    assert agenda.beginnings(None, minutes) == [None] * len(minutes)


def _items(app: Flask) -> list[tuple[int, str]]:
    with app.app_context():
        one = db.session.scalars(select(Meeting).where(Meeting.code == PLANNED)).one()
        return [(item.id, item.name_hans) for item in one.items]


def _form(app: Flask, order: list[int], **more: str) -> dict[str, str]:
    """What a browser sends: the items as they stand, each with the place that was asked for."""
    with app.app_context():
        one = db.session.scalars(select(Meeting).where(Meeting.code == PLANNED)).one()
        form = {"version": str(one.version)}
        for item in one.items:
            form |= {f"at-{item.id}": str(order.index(item.id) + 1), f"minutes-{item.id}": "20"}
        return form | more


def test_order_and_lengths_are_one_act(client: Callable[..., Critic], app: Flask) -> None:
    secretary, before = client("secretary"), _items(app)
    order = [key for key, _name in reversed(before)]
    with app.app_context():
        last = db.session.scalar(select(AuditEntry.seq).order_by(AuditEntry.seq.desc()))
    answer = secretary.post(f"/meetings/{PLANNED}/agenda/order", data=_form(app, order))
    assert answer.status_code == 303
    assert _items(app) == before[::-1]
    with app.app_context():
        acts = list(db.session.scalars(select(AuditEntry.act).where(AuditEntry.seq > last)))
        assert acts == ["committee:item:move"]
    moved = _form(app, order, move=f"{order[0]}:1")
    secretary.post(f"/meetings/{PLANNED}/agenda/order", data=moved)
    assert [key for key, _name in _items(app)][:2] == [order[1], order[0]]


def test_a_typed_place_is_taken(client: Callable[..., Critic], app: Flask) -> None:
    """Without a script: the third is given the first place, and stands there before the one that had it."""
    keys = [key for key, _name in _items(app)]
    form = _form(app, keys) | {f"at-{keys[2]}": "1"}
    client("secretary").post(f"/meetings/{PLANNED}/agenda/order", data=form)
    assert [key for key, _name in _items(app)] == [keys[2], keys[0], keys[1], *keys[3:]]
    form = _form(app, [keys[2], keys[0], keys[1], *keys[3:]]) | {f"at-{keys[2]}": "2"}
    client("secretary").post(f"/meetings/{PLANNED}/agenda/order", data=form)
    assert [key for key, _name in _items(app)] == [keys[0], keys[2], keys[1], *keys[3:]]


@pytest.mark.long
def test_two_who_rearrange_are_shown_both_orders(client: Callable[..., Critic], app: Flask) -> None:
    secretary, before = client("secretary"), _items(app)
    keys = [key for key, _name in before]
    late = _form(app, [keys[1], keys[0], *keys[2:]])
    assert (
        client("chair").post(f"/meetings/{PLANNED}/agenda/order", data=_form(app, keys[::-1])).status_code
        == 303
    )
    answer = secretary.post(f"/meetings/{PLANNED}/agenda/order", data=late)
    assert answer.status_code == 409
    assert f"{before[1][1]} (20)" in answer.text and f"{before[-1][1]} (20)" in answer.text
    assert [key for key, _name in _items(app)] == keys[::-1]
    again = late | {"version": _form(app, keys)["version"], "resolve": "mine"}
    assert secretary.post(f"/meetings/{PLANNED}/agenda/order", data=again).status_code == 303
    assert [key for key, _name in _items(app)] == [keys[1], keys[0], *keys[2:]]


@pytest.mark.long
def test_who_rearranges_other_rows_takes_nothing_back(client: Callable[..., Critic], app: Flask) -> None:
    """The chair moves the first two and gives the last an hour; the secretary, who opened the agenda before, moves two
    others and gives the first a length. Her page has both, and only her own rows differ from what stands."""
    secretary, before = client("secretary"), _items(app)
    keys = [key for key, _name in before]
    assert len(keys) >= 4
    page = html.document_fromstring(secretary.get(f"/meetings/{PLANNED}/agenda").text)
    (was,) = page.xpath("//form[@id='order']//input[@name='was']/@value")
    lengths = {key: value for key, _sep, value in (pair.partition(":") for pair in was.split())}
    as_it_was = {f"minutes-{key}": value for key, value in lengths.items()}
    late = _form(app, [*keys[:-2], keys[-1], keys[-2]], was=was) | as_it_was | {f"minutes-{keys[0]}": "33"}
    first = _form(app, [keys[1], keys[0], *keys[2:]]) | as_it_was | {f"minutes-{keys[-1]}": "60"}
    assert client("chair").post(f"/meetings/{PLANNED}/agenda/order", data=first).status_code == 303
    answer = secretary.post(f"/meetings/{PLANNED}/agenda/order", data=late)
    assert answer.status_code == 409
    tree = html.document_fromstring(answer.text)
    shown = [name.removeprefix("at-") for name in tree.xpath("//input[starts-with(@name, 'at-')]/@name")]
    wanted = [keys[1], keys[0], *keys[2:-2], keys[-1], keys[-2]]
    assert shown == [str(key) for key in wanted]
    assert answer.text.count("只有您改过") == 1  # the chair changed the first two and the length of the last
    places = tree.xpath("//*[@id='conflict']//th[@scope='row']/text()")
    assert [int(place) for place in places] == [
        2,
        len(keys) - 1,
        len(keys),
    ]  # the first item's length, two moved
    fields = tree.xpath("//form[@id='order']//input | //input[@form='order']")
    sent = {field.get("name"): field.get("value") for field in fields} | {"resolve": "mine"}
    assert secretary.post(f"/meetings/{PLANNED}/agenda/order", data=sent).status_code == 303
    with app.app_context():
        one = db.session.scalars(select(Meeting).where(Meeting.code == PLANNED)).one()
        stands = sorted(one.items, key=lambda item: item.position)
        assert [item.id for item in stands] == wanted
        minutes = {item.id: item.minutes_planned for item in stands}
    assert (minutes[keys[0]], minutes[keys[-1]]) == (33, 60)


@given(
    st.permutations(range(6)),
    st.permutations(range(6)),
    st.lists(st.integers(0, 3), min_size=18, max_size=18),
)
def test_nothing_that_one_alone_changed_is_lost(mine: list[int], now: list[int], lengths: list[int]) -> None:
    was = dict(zip(range(6), lengths, strict=False))
    ours, theirs = ({key: lengths[at + key] for key in order} for order, at in ((mine, 6), (now, 12)))
    both = agenda.merged(was, ours, theirs)
    assert both.keys() == was.keys()
    assert agenda.merged(was, was, theirs) == theirs and list(agenda.merged(was, was, theirs)) == now
    assert agenda.merged(was, ours, was) == ours and list(agenda.merged(was, ours, was)) == mine
    for key, length in both.items():
        assert length == (ours[key] if ours[key] != was[key] else theirs[key])


@given(st.permutations(range(3)), st.permutations(range(3, 6)))
def test_two_who_move_other_rows_both_have_their_way(mine: list[int], theirs: list[int]) -> None:
    was = dict.fromkeys(range(6), 20)
    ours, now = dict.fromkeys([*mine, 3, 4, 5], 20), dict.fromkeys([0, 1, 2, *theirs], 20)
    assert list(agenda.merged(was, ours, now)) == [*mine, *theirs]


@pytest.mark.long
def test_what_is_no_number_of_minutes_comes_back(client: Callable[..., Critic], app: Flask) -> None:
    before = _items(app)
    keys = [key for key, _name in before]
    for wrong in ("-5", "601", "一小时", ""):
        form = _form(app, keys[::-1]) | {f"minutes-{keys[0]}": wrong, f"minutes-{keys[1]}": "47"}
        answer = client("secretary").post(f"/meetings/{PLANNED}/agenda/order", data=form)
        assert answer.status_code == 422 and "0 到 600" in answer.text
        assert 'value="47"' in answer.text  # what was typed is kept
    assert _items(app) == before


@pytest.mark.long
def test_the_overrun_is_said_in_words(client: Callable[..., Critic], app: Flask) -> None:
    with app.app_context(), transactions.writing():
        one = db.session.scalars(select(Meeting).where(Meeting.code == PLANNED)).one()
        assert one.starts_at
        total = sum(item.minutes_planned for item in one.items)
        one.ends_at = one.starts_at + timedelta(minutes=total - 15)
    secretary = client("secretary")
    assert "超 15 分钟" in secretary.get(f"/meetings/{PLANNED}/agenda").text
    assert "超 15 分钟" in secretary.get(f"/meetings/{PLANNED}").text
    assert "15 min over" in secretary.get(f"/meetings/{PLANNED}/agenda?lang=en").text


def test_items_of_another_meeting_are_not_arranged_here(
    actor: Callable[[str], Actor], meeting: Callable[[str], Meeting]
) -> None:
    one, other = meeting(PLANNED), meeting("SAC-2026-05").items[0].id
    for order, minutes in (([other], {}), ([], {other: 5}), ([one.items[0].id] * 2, {})):
        with pytest.raises(RuleBroken, match="other-items"):
            meetings.arrange(one, order, minutes, actor=actor("secretary"), version=one.version)


def test_a_recused_chair_arranges_what_the_chair_sees(client: Callable[..., Critic], app: Flask) -> None:
    keys = [key for key, _name in _items(app)]
    with app.app_context(), transactions.writing():
        secretary, chair = (actor_by_email(f"{short}@kjs.example") for short in ("secretary", "chair"))
        assert secretary and chair
        item = db.session.get_one(AgendaItem, keys[1])
        name, minutes = item.name_hans, item.minutes_planned
        interests.recuse(item, actor=secretary, person_id=chair.id)
    seen = [keys[0], *keys[2:]]
    form = {key: value for key, value in _form(app, keys).items() if not key.endswith(f"-{keys[1]}")}
    form |= {f"at-{key}": str(place) for place, key in enumerate(seen[::-1], 1)}
    page = client("chair").get(f"/meetings/{PLANNED}/agenda").text
    assert name not in page and f'data-besides="{minutes}"' in page
    assert client("chair").post(f"/meetings/{PLANNED}/agenda/order", data=form).status_code == 303
    assert [key for key, _name in _items(app)] == [seen[-1], keys[1], *seen[-2::-1]]
    with app.app_context():
        version = str(db.session.scalars(select(Meeting).where(Meeting.code == PLANNED)).one().version)
    guessed = [
        client("chair").post(
            f"/meetings/{PLANNED}/agenda/order",
            data={"version": version, f"at-{key}": "1", f"minutes-{key}": "77"},
        )
        for key in (keys[1], 999999)
    ]
    assert [one.status_code for one in guessed] == [422, 422], (
        "what is withheld answers like what is not there"
    )
    with app.app_context():
        assert db.session.get_one(AgendaItem, keys[1]).minutes_planned == minutes


@pytest.mark.long
def test_who_presents_is_chosen_or_typed(client: Callable[..., Critic], app: Flask) -> None:
    secretary, key = client("secretary"), _items(app)[0][0]
    with app.app_context():
        member = actor_by_email("member@kjs.example")
        outsider = actor_by_email("outsider@kjs.example")
        assert member and outsider
    address = f"/meetings/{PLANNED}/items/{key}"
    item = {"name_hans": "甲", "kind": "hear", "minutes_planned": "10"}

    def sent(**more: str) -> int:
        form = item | {"version": _form(app, [k for k, _n in _items(app)])["version"]} | more
        return secretary.post(address, data=form).status_code

    assert sent(presenter_id=str(member.id)) == 303
    assert f"汇报人：{member.label}" in secretary.get(f"/meetings/{PLANNED}").text
    assert sent(presenter_id=str(outsider.id)) == 422  # neither seated nor a lead
    assert sent(presenter_id="", presenter="质量负责人") == 303
    assert "汇报人：质量负责人" in secretary.get(f"/meetings/{PLANNED}").text
