"""The trail knows which version ran at which level with which settings."""

from dataclasses import replace
from ipaddress import ip_network

import orjson
from flask import Flask
from sqlalchemy import select

from kangjiansheng.accounts.queries import system_actor
from kangjiansheng.core import installation
from kangjiansheng.core.audit import AuditEntry
from kangjiansheng.core.config import Settings
from kangjiansheng.core.db import db
from kangjiansheng.core.transactions import writing
from tests.support.critic import Critic


def start(settings: Settings) -> bool:
    with writing():
        return installation.note_start(settings, actor=system_actor())


def test_a_start_with_other_settings_is_an_entry_and_the_same_again_is_none(app: Flask, client) -> None:  # type: ignore[no-untyped-def]
    known: Settings = app.config["SETTINGS"]
    with app.app_context():
        assert start(known)
        assert not start(known)
        secret = "smtp://user:very-secret@mail.example"
        assert start(replace(known, smtp_url=secret, proxies=frozenset({ip_network("10.1.0.0/16")})))
        entries = db.session.scalars(
            select(AuditEntry).where(AuditEntry.act == "core:installation:change").order_by(AuditEntry.seq)
        ).all()
        first, second = entries
        assert first.after["program"] and first.after["level"] and first.after["proxies"] == []
        assert (second.before["mail_server"], second.after["mail_server"]) == (False, True)
        assert second.after["proxies"] == ["10.1.0.0/16"]
        assert "very-secret" not in orjson.dumps(second.after).decode()
        number = second.seq
    auditor: Critic = client("auditor")
    page = auditor.get(f"/audit/{number}").text
    assert "版本或设置变更" in page and "10.1.0.0/16" in page
