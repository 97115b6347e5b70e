"""An item of an agenda names the gate that it decides: chosen by those who see the project, seen by no others."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from lxml import html
from sqlalchemy import select

from kangjiansheng.committee.models import AgendaItem, Meeting
from kangjiansheng.committee.operations import committees
from kangjiansheng.core import schema
from kangjiansheng.core.changes import Actor
from kangjiansheng.core.db import db, make_engine
from kangjiansheng.core.transactions import writing
from kangjiansheng.overview.queries import gates_waiting
from tests.support.app import Databases
from tests.support.critic import Critic

PLANNED = "SAC-2026-06"
PROPOSAL = "/projects/KJS-002/agenda-item"
FIELDS = {"meeting": PLANNED, "name_hans": "是否进入下一阶段", "minutes_planned": "20"}


def offered(page: str) -> list[str]:
    """The gates that a form offers."""
    found = html.document_fromstring(page).xpath("//select[@name='gate']//option/@value")
    return [str(value) for value in found if value]


def item_called(title: str) -> AgendaItem:
    return db.session.scalars(select(AgendaItem).where(AgendaItem.name_hans == title)).one()


@pytest.mark.long
def test_a_lead_proposes_an_item_that_decides_a_gate(client: Callable[..., Critic], app: Flask) -> None:
    lead = client("lead")
    gates = offered(lead.get(PROPOSAL).get_data(as_text=True))
    assert gates
    assert all(gate.startswith("KJS-002/") for gate in gates)
    refused = lead.post(PROPOSAL, data=FIELDS | {"kind": "hear", "gate": gates[0]})
    assert refused.status_code == 422
    assert "阶段门要由表决决定" in refused.text
    assert lead.post(PROPOSAL, data=FIELDS | {"kind": "decide", "gate": "KJS-001/A230"}).status_code == 422
    assert lead.post(PROPOSAL, data=FIELDS | {"kind": "decide", "gate": gates[0]}).status_code == 303
    assert f"阶段门 {gates[0].split('/')[1]}" in lead.get(f"/meetings/{PLANNED}").text
    with app.app_context():
        item = item_called("是否进入下一阶段")
        assert item.gate is not None
        assert gates_waiting(None) >= {item.gate_id}
    assert "等待决策" in lead.get("/projects/KJS-002").text


@pytest.mark.long
def test_an_editor_who_does_not_see_the_project_keeps_its_gate_unseen(
    client: Callable[..., Critic], app: Flask
) -> None:
    secretary = client("secretary")
    with app.app_context():
        item = next(i for i in db.session.scalars(select(AgendaItem)) if i.gate_id)
        number, gate_id, version = item.id, item.gate_id, item.meeting.version
    address = f"/meetings/{PLANNED}/items/{number}"
    shown = secretary.get(address).text
    assert "D090" not in shown
    assert not offered(shown)
    typed = {"name_hans": "改过", "kind": "decide", "minutes_planned": "30", "project": "KJS-020"}
    assert secretary.post(address, data=typed | {"version": str(version)}).status_code == 303
    stale = secretary.post(address, data=typed | {"version": str(version), "name_hans": "又改"})
    assert stale.status_code == 409
    assert "D090" not in stale.text
    for page in (f"/meetings/{PLANNED}", f"/meetings/{PLANNED}/agenda", f"/api/v1/meetings/{PLANNED}"):
        assert "D090" not in secretary.get(page).text
    with app.app_context():
        assert db.session.get_one(AgendaItem, number).gate_id == gate_id
        version = db.session.get_one(AgendaItem, number).version
    heard = typed | {"kind": "hear", "version": str(version)}
    assert secretary.post(address, data=heard).status_code == 303
    with app.app_context():
        assert db.session.get_one(AgendaItem, number).gate_id is None


@pytest.mark.long
def test_an_editor_is_offered_the_open_gates_that_they_see(
    client: Callable[..., Critic], app: Flask, actor: Callable[[str], Actor]
) -> None:
    with app.app_context(), writing():
        meeting = db.session.scalars(select(Meeting).where(Meeting.code == PLANNED)).one()
        committees.add_member(
            meeting.committee,
            actor=actor("secretary"),
            person_id=actor("lead").id,
            office="deputy",
            valid_from=meeting.held_on.replace(year=2025),
            seat=30,
            name_hans="",
        )
    lead, address = client("lead"), f"/meetings/{PLANNED}/agenda"
    form = lead.get(address).text
    gates = offered(form)
    assert "KJS-003/A140" in gates
    assert "KJS-003/A080" not in gates, "what is done is decided no more"
    assert "KJS-020/D090" not in gates, "of another laboratory"
    item = {"name_hans": "放行", "kind": "decide", "minutes_planned": "15"}
    mixed = lead.post(address, data=item | {"gate": "KJS-003/A140", "project": "KJS-002"})
    assert mixed.status_code == 422
    assert "不属于所选的项目" in mixed.text
    assert lead.post(address, data=item | {"gate": "KJS-003/A140"}).status_code == 303
    with app.app_context():
        made = item_called("放行")
        assert made.project is not None
        assert made.project.code == "KJS-003", "the project follows from the gate"
        number, version = made.id, made.meeting.version
    one = f"/meetings/{PLANNED}/items/{number}"
    chosen = html.document_fromstring(lead.get(one).text).xpath("//option[@selected]/@value")
    assert "KJS-003/A140" in chosen
    changed = item | {"project": "KJS-003", "gate": "", "version": str(version)}
    assert lead.post(one, data=changed).status_code == 303
    with app.app_context():
        assert db.session.get_one(AgendaItem, number).gate_id is None


def _before(name: str) -> str:
    """The schema's level before the migration of that name."""
    (path,) = schema.MIGRATIONS.glob(f"versions/*_{name}.py")
    return f"{int(path.name[:4]) - 1:04}"


@pytest.mark.long
def test_items_of_before_take_the_one_gate_that_their_title_names(databases: Databases) -> None:
    """What an installation had is read once, when its schema is brought up to date."""
    url = databases.fresh("demo")
    schema.downgrade(url, _before("agenda_gates"))
    titles: dict[int, tuple[str, str | None]] = {
        1: ("IND a140：是否放行", "A140"),
        2: ("首例准备，A1400", None),
        3: ("A010 与 A080 一并审议", None),
        5: ("臨床試驗默示許可的材料", "A140"),
    }
    change = sa.text(
        "UPDATE agenda_item SET name_hant = :title, name_hans = '', name_en = '', kind = 'decide', "
        "project_id = (SELECT id FROM project WHERE code = 'KJS-003') WHERE position = :position "
        "AND meeting_id = (SELECT id FROM meeting WHERE code = :meeting)"
    )
    engine = make_engine(url)
    with engine.begin() as connection:
        for position, (title, _wanted) in titles.items():
            connection.execute(change, {"position": position, "title": title, "meeting": PLANNED})
    schema.upgrade(url)
    query = sa.text(
        "SELECT i.position, m.code FROM agenda_item i JOIN meeting k ON k.id = i.meeting_id "
        "LEFT JOIN milestone m ON m.id = i.gate_id WHERE k.code = :meeting"
    )
    with engine.connect() as connection:
        found = {row[0]: row[1] for row in connection.execute(query, {"meeting": PLANNED})}
    engine.dispose()
    assert found == {position: gate for position, (_title, gate) in titles.items()} | {4: "D090"}
