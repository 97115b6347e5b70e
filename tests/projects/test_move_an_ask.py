"""An ask is closed, withdrawn and raised again by whoever asks, answered and declined by whom it is asked of, and by
nobody else who can read it."""

import pytest
from lxml import html
from sqlalchemy import select

from kangjiansheng.core.db import db
from kangjiansheng.projects.models import Ask

ACTS = ("answer", "refusal", "closure", "withdrawal", "reopening")


def state(app, code):  # type: ignore[no-untyped-def]
    with app.app_context():
        one = db.session.scalars(select(Ask).where(Ask.code == code)).one()
        return one.life, one.answer, one.version


@pytest.mark.parametrize("who", ["lead", "auditor", "partner", "executive"])
def test_the_list_keeps_the_tabs_of_its_section_and_tells_who_may_raise_one(client, who):
    shown = client(who).get("/asks").get_data(as_text=True)
    tree = html.document_fromstring(shown)
    tabs = tree.xpath("//nav[@aria-label='一张桌' and contains(@class, 'tabs')]//a")
    assert [(tab.text, tab.get("aria-current")) for tab in tabs][:4] == [
        ("桌面", None),
        ("诉求", "page"),
        ("四链", None),
        ("席位缺口", None),
    ]
    may = bool(tree.xpath("//a[@href='/asks/new']"))
    assert may == (who in ("partner", "executive"))
    assert ("机构的成员以本机构的名义提出诉求" in shown) is not may


@pytest.mark.parametrize("act", ACTS)
def test_an_auditor_reads_and_moves_nothing(app, client, act):
    reader, before = client("auditor"), state(app, "ASK-0001")
    typed = {"version": before[2], "words": "已经办好"}
    assert reader.get("/asks/ASK-0001").status_code == 200
    assert reader.post(f"/asks/ASK-0001/{act}", data=typed).status_code == 403
    assert state(app, "ASK-0001") == before


@pytest.mark.parametrize("act", ["refusal", "closure", "withdrawal", "reopening"])
def test_any_party_answers_what_the_whole_table_is_asked_and_does_no_more(app, client, act):
    reader, before = client("partner"), state(app, "ASK-0003")
    typed = {"version": before[2], "words": "已经办好"}
    assert reader.post(f"/asks/ASK-0003/{act}", data=typed).status_code == 403
    assert state(app, "ASK-0003") == before
    assert reader.post("/asks/ASK-0003/answer", data=typed).status_code == 303
    assert state(app, "ASK-0003")[1] == "已经办好"
