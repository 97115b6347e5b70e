"""Passkeys (WebAuthn): offered to the browser, taken on, checked, removed.

What is offered travels in the page: options for the browser, and a signed ticket with the challenge, which is good
for one purpose, ten minutes and one use. `webauthn` checks what the authenticator answered.
"""

import base64
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kangjiansheng.accounts.models import Account, Passkey
from kangjiansheng.accounts.models.passkeys import LONGEST_ID
from kangjiansheng.accounts.queries import passkeys as queries
from kangjiansheng.accounts.rules import factors as facts
from kangjiansheng.core import clock, tickets
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken

ALGORITHMS = (-8, -7, -257)  # EdDSA, ES256, RS256: what authenticators have
MILLISECONDS = 120_000  # that the browser waits for its owner
_TICKET = "passkey"


@dataclass(frozen=True)
class Site:
    """To which name passkeys are bound, and the origin of the pages that may ask for them."""

    host: str
    origin: str


@dataclass(frozen=True)
class Answer:
    """What came back from a browser: the authenticator's answer as JSON, and the ticket of the page."""

    text: str
    ticket: str
    purpose: str
    site: Site


@dataclass(frozen=True)
class Offer:
    """What a page carries: options for the browser, and the ticket to come back with the answer."""

    options: dict[str, Any]
    ticket: str


def to_add(account: Account, known: Sequence[Passkey], *, purpose: str, site: Site, name: str) -> Offer:
    """Let the browser make a passkey that is not there yet."""
    challenge = _text(secrets.token_bytes(32))
    options = {
        "rp": {"id": site.host, "name": "康健生 Kangjiansheng"},
        "user": {"id": _handle(account.id), "name": account.person.email or name, "displayName": name},
        "challenge": challenge,
        "pubKeyCredParams": [{"type": "public-key", "alg": number} for number in ALGORITHMS],
        "timeout": MILLISECONDS,
        "excludeCredentials": _described(known),
        "authenticatorSelection": {"residentKey": "preferred", "userVerification": "preferred"},
        "attestation": "none",
    }
    return Offer(options, tickets.make(_TICKET, [purpose, challenge]))


def to_show(known: Sequence[Passkey], *, purpose: str, site: Site, alone: bool = False) -> Offer:
    """Let the browser show one of some passkeys; of none that are named: whichever it has for us. Where it stands
    `alone`, for the password as well, its owner is verified by it (a finger, a face, a PIN)."""
    challenge = _text(secrets.token_bytes(32))
    options = {
        "challenge": challenge,
        "rpId": site.host,
        "timeout": MILLISECONDS,
        "allowCredentials": _described(known),
        "userVerification": "preferred" if known and not alone else "required",
    }
    return Offer(options, tickets.make(_TICKET, [purpose, challenge]))


def add(account: Account, name: str, answer: Answer) -> Passkey:
    """Take on what the authenticator made."""
    from webauthn import verify_registration_response
    from webauthn.helpers.exceptions import WebAuthnException

    challenge, said = _read(answer)
    try:
        made = verify_registration_response(
            credential=said,
            expected_challenge=challenge,
            expected_rp_id=answer.site.host,
            expected_origin=answer.site.origin,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as problem:
        raise RuleBroken("accounts:passkey-wrong") from problem
    credential_id = _text(made.credential_id)
    if len(credential_id) > LONGEST_ID or queries.by_credential(credential_id):
        raise RuleBroken("accounts:passkey-there")
    told = said["response"].get("transports")
    transports = [str(one)[:20] for one in told[:8]] if isinstance(told, list) else []
    passkey = Passkey(
        account_id=account.id,
        credential_id=credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        transports=transports,
        name=name,
        made_at=clock.now(),
    )
    db.session.add(passkey)
    db.session.flush()
    return passkey


def use(answer: Answer, *, account: Account | None, alone: bool = False) -> Passkey:
    """Check a passkey that was shown. With an account it must be hers; without one it says whose it is. Then, and where
    nothing else is asked for (`alone`), the authenticator must have verified its owner."""
    from webauthn import verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException

    challenge, said = _read(answer)
    passkey = queries.by_credential(str(said.get("id", ""))[: LONGEST_ID + 1])
    if passkey is None or (account is not None and passkey.account_id != account.id):
        raise RuleBroken("accounts:passkey-unknown")
    handle = said["response"].get("userHandle")
    try:
        seen = verify_authentication_response(
            credential=said,
            expected_challenge=challenge,
            expected_rp_id=answer.site.host,
            expected_origin=answer.site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=0,
            require_user_verification=account is None or alone,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as problem:
        raise RuleBroken("accounts:passkey-wrong") from problem
    if handle and handle != _handle(passkey.account_id):
        raise RuleBroken("accounts:passkey-wrong")
    if max(seen.new_sign_count, passkey.sign_count) and seen.new_sign_count <= passkey.sign_count:
        raise RuleBroken("accounts:passkey-copied", number=passkey.id)
    passkey.sign_count, passkey.used_at = seen.new_sign_count, clock.now()
    db.session.flush()
    return passkey


def doubt(number: int) -> None:
    """The counter of a passkey went back: remember it, for its owner to see and the auditor to find."""
    passkey = db.session.get_one(Passkey, number)
    passkey.doubted_at = clock.now()
    person = passkey.account.person
    actor = Actor(person.id, person.name_hans)
    record("accounts:factor:doubt", passkey.account, actor=actor, before={}, after={"passkey": passkey.name})


def forget(passkey: Passkey) -> None:
    """Take a passkey away."""
    db.session.delete(passkey)
    db.session.flush()


def _read(answer: Answer) -> tuple[bytes, dict[str, Any]]:
    """The challenge and the answer; the ticket is used up."""
    purpose, challenge = tickets.read(_TICKET, answer.ticket, lasts=facts.TICKET_LASTS) or ("", "")
    if purpose != answer.purpose or not tickets.spend(answer.ticket):
        raise RuleBroken("accounts:second-late")
    try:
        said = json.loads(answer.text)
    except (ValueError, RecursionError):  # whoever nests too deeply is no authenticator
        said = None
    if not isinstance(said, dict) or not isinstance(said.get("response"), dict):
        raise RuleBroken("accounts:passkey-wrong")
    if not str(said.get("id")).isascii():
        raise RuleBroken("accounts:passkey-unknown")
    return base64.urlsafe_b64decode(challenge + "=="), said


def _described(known: Sequence[Passkey]) -> list[dict[str, Any]]:
    return [
        {"type": "public-key", "id": one.credential_id, "transports": list(one.transports)} for one in known
    ]


def _handle(account_id: int) -> str:
    return _text(f"account {account_id}".encode())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
