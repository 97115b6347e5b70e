"""On the page of an institution its projects: as many as the reader sees, and which of them are late."""

import re
from datetime import date

import pytest
from lxml import html

from kangjiansheng.core.db import db
from kangjiansheng.labs.models import Institution
from kangjiansheng.projects import panels
from kangjiansheng.projects.queries import of_institution, portfolio
from tests.support.acting import who

CODE = re.compile(r"KJS-\d{3}")
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize("day", [None, date(2026, 11, 22)], ids=["now", "yesterday"])
@pytest.mark.parametrize("short", ["executive", "partner", "lead", "outsider"])
def test_it_says_of_the_projects_what_their_rows_say(app, client, short, day):
    reader = client(short)
    with app.app_context():
        known = db.session.execute(db.select(Institution.id, Institution.code)).all()
        every = portfolio(actor=who(short), as_of=day)
        theirs = {
            code: [row for row in every if key in {party.id for party in row.parties}] for key, code in known
        }
    assert any(theirs.values()) or short == "outsider"
    for code, rows in theirs.items():
        answer = reader.get(f"/partners/{code}{f'?as_of={day}' if day else ''}")
        sheet = html.document_fromstring(answer.text).find(".//section[@id='projects']")
        if not rows:
            assert sheet is None
            continue
        assert [CODE.search(row.text_content())[0] for row in sheet.findall(".//tbody/tr")] == [
            row.code for row in rows
        ]
        behind = sum(any(panels._behind(m, day or TODAY) for m in row.milestones) for row in rows)
        said = sheet.find(".//h2").text_content()
        assert said.startswith(f"{len(rows)} 个项目") and (f"里 {behind} 个推迟或逾期" in said) == bool(
            behind
        )


def test_of_many_the_first_and_the_way_to_all(client, monkeypatch):
    reader = client("executive")
    monkeypatch.setattr(of_institution, "LISTED", 2)
    sheet = html.document_fromstring(reader.get("/partners/RJ").text).find(".//section[@id='projects']")
    assert len(sheet.findall(".//tbody/tr")) == 2
    (link,) = sheet.xpath(".//p[@class='cap']/a")
    number = int(re.search(r"全部 (\d+) 个项目", link.text_content())[1])
    page = html.document_fromstring(reader.get(link.get("href")).text)
    assert number > 2 and f"{number} 个项目" in page.text_content()
