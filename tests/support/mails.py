"""A real mail server that keeps what it gets."""

from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.support.server import free_port


class Caught:
    """The mails that arrived, and the addresses to which each was handed over."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.to: list[list[str]] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=default))  # type: ignore[arg-type]
        self.to.append(envelope.rcpt_tos)
        return "250 OK"

    def of(self, short: str) -> list[EmailMessage]:
        """What one of the cast got."""
        return [m for m, to in zip(self.mails, self.to, strict=True) if f"{short}@kjs.example" in to]

    def words_to(self, short: str) -> str:
        """All that one of the cast was told by mail, headers and parts."""
        return "\n".join(_words(mail) for mail in self.of(short))


def _words(mail: EmailMessage) -> str:
    parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join([str(mail["Subject"]), *parts])


@pytest.fixture
def mail_server() -> Iterator[tuple[Caught, str]]:
    """What it caught, and its address as `KJS_SMTP_URL`."""
    caught = Caught()
    controller = Controller(caught, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield caught, f"smtp://127.0.0.1:{controller.port}"
    finally:
        controller.stop()
