"""Delivery of queued mails over SMTP. Without a server they are kept and shown to administrators."""

import smtplib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

from kangjiansheng.core import clock, invitations, outbox
from kangjiansheng.core.config import Settings
from kangjiansheng.core.i18n import name_of, speaking

Send = Callable[[EmailMessage], None]


def deliver(settings: Settings, send: Send | None = None) -> int:
    """Deliver what is due; returns how many were sent. Failures wait longer each time."""
    send = send or (smtp(settings.smtp_url) if settings.smtp_url else None)
    sent = 0
    for mail in outbox.claim():
        if send is None:
            outbox.settle(mail, "kept")
            continue
        try:
            send(_with_files(message(mail, settings), mail))
        except (OSError, smtplib.SMTPException, ValueError) as problem:  # ValueError: an address that is none
            outbox.put_off(mail, f"{type(problem).__name__}: {problem}")
        else:
            outbox.settle(mail, "sent")
            mail.sent_at = clock.now()
            sent += 1
    return sent


def _with_files(made: EmailMessage, mail: outbox.Outbox) -> EmailMessage:
    for file in outbox.attached(mail):
        kind, _slash, form = file.media_type.partition("/")
        made.add_attachment(file.data, maintype=kind, subtype=form, filename=file.name)
    return made


def message(mail: outbox.Outbox, settings: Settings) -> EmailMessage:
    """The mail in its reader's language."""
    made = EmailMessage()
    with speaking(mail.locale):
        subject, body = outbox.words_of(mail.template, mail.facts)
    made["Subject"] = " ".join(subject.split())
    made["From"] = f"kangjiansheng@{urlsplit(settings.base_url).hostname}"
    made["To"] = mail.to
    made["Message-ID"] = f"<{mail.dedup_key.split(':')[0]}.{mail.id}@kangjiansheng>"
    asked = mail.facts.get("invitation")
    link = f"\n\n{settings.base_url}{mail.address}\n" if mail.address else "\n"
    made.set_content(body + link)
    if asked:
        with speaking(mail.locale):
            summary = outbox.labelled(name_of(asked["names"]), mail.facts)
        invitations.put_into(made, _invitation(asked, summary, body, mail, settings))
    return made


def _invitation(
    asked: Mapping[str, Any], summary: str, body: str, mail: outbox.Outbox, settings: Settings
) -> invitations.Invitation:
    """The invitation that a mail carries: answers go to the address that it came from."""
    host = urlsplit(settings.base_url).hostname
    starts, ends = (datetime.fromisoformat(asked[key]) if asked[key] else None for key in ("starts", "ends"))
    return invitations.Invitation(
        asked["method"], f"{asked['uid']}@{host}", asked["sequence"], datetime.fromisoformat(asked["stamp"]),
        date.fromisoformat(asked["day"]), starts, ends, summary, body, asked["place"],
        f"{settings.base_url}{mail.address}", f"kangjiansheng@{host}", mail.to,
    )  # fmt: skip


def smtp(address: str) -> Send:
    """A sender for an smtp:// or smtps:// address, with user and password when it names them."""
    parts = urlsplit(address)
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP

    def send(mail: EmailMessage) -> None:
        with kind(parts.hostname or "", parts.port or 0, timeout=10) as server:
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(mail)

    return send
