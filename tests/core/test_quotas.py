"""How many bytes of files may be kept: two uploads at once never both take the last room."""

from dataclasses import replace
from itertools import count

import pytest
from flask import Flask
from sqlalchemy import true

from kangjiansheng.accounts import queries
from kangjiansheng.core import clock, files
from kangjiansheng.core.db import db
from kangjiansheng.core.quotas import Shelf, room_of_all
from tests.support import papers
from tests.support.at_once import both

NUMBERS = count(1)


def bring(thing: str) -> None:
    """A file of 600 kB that nobody has brought before, to a thing of no importance."""
    number = next(NUMBERS)
    files.attach(
        thing, number, "x.pdf", papers.pdf(f"{number}" + "x" * 600_000),
        actor=queries.system_actor(), at=clock.now(), within=Shelf("", files.FileRef.thing == thing, lambda _actor: true()),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("limit", "things", "code"),
    [
        ("files_each", ["here", "here"], "core:shelf-full"),
        ("files_all", ["here", "there"], "core:files-full"),
    ],
)
def test_of_two_uploads_at_once_one_has_the_room(
    empty_app: Flask, limit: str, things: list[str], code: str
) -> None:
    empty_app.config["SETTINGS"] = replace(empty_app.config["SETTINGS"], **{limit: 1})
    each = iter(things)
    assert sorted(both(empty_app, lambda: bring(next(each)))) == ["", code]
    with empty_app.app_context():
        assert room_of_all().used < 2**20
        assert db.session.query(files.FileRef).count() == 1
        assert len([one for one in files.folder().rglob("*") if one.is_file()]) == 1, (
            "refused before it is stored"
        )
