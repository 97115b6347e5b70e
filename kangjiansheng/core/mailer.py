"""Delivery of queued mails over SMTP. Without a server they are kept and shown to administrators."""

import smtplib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

from kangjiansheng.core import clock, invitations, outbox
from kangjiansheng.core.config import Settings
from kangjiansheng.core.db import db
from kangjiansheng.core.i18n import name_of, speaking
from kangjiansheng.core.transactions import writing

Send = Callable[[EmailMessage], None]
# Filled by the roof: whether what a mail is about is no longer for the one to whom it goes.
closed: list[Callable[[outbox.Outbox], bool]] = []
LEASE = timedelta(minutes=5)  # a server is waited for 10 seconds at each step of a delivery


IN_A_ROUND = 20  # then the worker sees to its other work


def deliver(settings: Settings, send: Send | None = None) -> int:
    """Deliver what is due; returns how many were sent. Failures wait longer each time.

    Three steps for each mail: take it (a short transaction), send it (none: no lock is held while another machine is
    waited for), note what became of it (a short transaction). A mail whose worker dies in between is due again when its
    lease is over, under the same Message-ID: it may come twice, never not at all.
    """
    send = send or (smtp(settings.smtp_url) if settings.smtp_url else None)
    if send is None:
        _keep()
        return 0
    sent = 0
    for _turn in range(IN_A_ROUND):
        taken = _take(settings)
        if taken is None:
            break
        sent += _note(taken.mail_id, taken.problem or _problem_of(send, taken.made))
    return sent


@dataclass(frozen=True)
class Taken:
    """A mail on its way, free of the database; `problem` says why it could not even be made."""

    mail_id: int
    made: EmailMessage
    problem: str = ""


def _keep() -> None:
    """Without a server mails are kept for whoever administers."""
    if outbox.is_anything_due():
        with writing():
            for mail in outbox.claim(IN_A_ROUND):
                outbox.settle(mail, "kept")


def _take(settings: Settings) -> Taken | None:
    while outbox.is_anything_due():
        with writing():
            claimed = outbox.claim(1)
            for mail in claimed:
                if any(shut(mail) for shut in closed):
                    outbox.settle(mail, "withheld")
                    break
                outbox.outlive(mail)
                mail.due_at = clock.now() + LEASE
                try:
                    return Taken(mail.id, _with_files(message(mail, settings), mail))
                except ValueError as problem:  # an address that is none
                    return Taken(mail.id, EmailMessage(), f"{type(problem).__name__}: {problem}")
        if not claimed:  # another worker has it
            break
    return None


def _problem_of(send: Send, made: EmailMessage) -> str:
    try:
        send(made)
    except (OSError, smtplib.SMTPException, ValueError) as problem:
        return f"{type(problem).__name__}: {problem}"
    return ""


def _note(mail_id: int, problem: str) -> bool:
    with writing():
        mail = db.session.get_one(outbox.Outbox, mail_id)
        if problem:
            outbox.put_off(mail, problem)
        else:
            outbox.settle(mail, "sent")
            mail.sent_at = clock.now()
    return not problem


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
