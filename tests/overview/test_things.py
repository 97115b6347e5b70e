"""Each thing goes each way (home, search, bell, calendar, files, history, past days), or the table says why not."""

import re
from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts.rules import REMINDERS
from kangjiansheng.app import WORDS
from kangjiansheng.core import clock
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from kangjiansheng.labs.models import Booking, Company, Institution, LabPaper, ServiceRequest
from kangjiansheng.overview.queries.calendar import SOURCES
from kangjiansheng.projects.models import Ask
from tests.overview import things
from tests.overview.things import THINGS, Why
from tests.support.acting import who
from tests.support.critic import Critic

DAY = "2026-11-22"


def furnish() -> None:
    """Let something of each kind wait for somebody who has a home of her own."""
    lead = who("lead").id
    companies = {one.code: one for one in db.session.scalars(select(Company))}
    companies["CO-002"].companion_id = lead  # left alone for two months
    for request in db.session.scalars(select(ServiceRequest)):
        if (request.company_id, request.number) == (companies["CO-001"].id, 2):
            request.provider_id = lead
    ask = db.session.scalars(select(Ask).where(Ask.code == "ASK-0005")).one()
    ask.to_id = db.session.scalars(select(Institution.id).where(Institution.code == "RJ")).one()
    paper = db.session.scalars(select(LabPaper).where(LabPaper.life == "held")).first()
    assert paper is not None
    paper.holder_id, paper.valid_to = lead, clock.today()
    ahead = select(Booking).where(Booking.starts_at > clock.now(), Booking.cancelled_at.is_(None))
    booking = db.session.scalars(ahead.order_by(Booking.starts_at)).first()
    assert booking is not None
    booking.person_id = lead


def home_of(client: Callable[..., Critic], short: str) -> str:
    """Home with the pieces that it fetches."""
    reader = client(short)
    text = reader.get("/").text
    pieces = re.findall(r'hx-get="([^"]+)" hx-trigger="load"', text)
    return text + "".join(reader.get(piece, headers={"HX-Request": "true"}).text for piece in pieces)


def test_every_thing_goes_every_way_or_says_why_not(app: Flask, client: Callable[..., Critic]) -> None:
    with app.app_context(), writing():
        furnish()
    missing, wrong = things.kept() - THINGS.keys(), []
    assert not missing, f"a thing without a line in tests/overview/things.py: {missing}"
    executive = client("executive")
    homes = {short: home_of(client, short) for short in ("lead", "member")}
    notices = {name for words in WORDS for name in words}
    for kind, one in THINGS.items():
        found = (kind in things.searched()) is (one.unsearched is None)
        dated = (kind in SOURCES) is (one.undated is None)
        told = isinstance(one.told, Why) or all(
            word[1:] in REMINDERS if word[0] == ":" else word in notices for word in one.told
        )
        at_home = isinstance(one.home, Why) or re.search(f'href="{one.home[1]}', homes[one.home[0]])
        filed = isinstance(one.file, Why) or one.file[1] in executive.get(one.file[0]).text
        page = executive.get(one.page).text
        remembered = ('id="history"' in page) is (one.history is None)
        then = one.then or one.page
        past = isinstance(then, Why) or "asof-banner" in executive.get(_on(then)).text
        ways = (at_home, found, told, dated, filed, remembered, past)
        wrong += [
            f"{kind.__name__}: {way}" for way, holds in zip(things.WAYS, ways, strict=True) if not holds
        ]
    assert not wrong, "\n".join(wrong)


def _on(address: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}as_of={DAY}"


def test_the_document_says_so() -> None:
    assert things.DOCUMENT.read_text("utf-8") == things.document(), "run python -m tests.overview.things"
