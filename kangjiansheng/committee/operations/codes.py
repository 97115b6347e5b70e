"""Before a signature: the password once more, a second factor, or a code that was mailed for this one text.

A code is good once, for ten minutes, for one person and one fingerprint. Mistakes are counted together with those of
the password, per person: after five nobody can try for longer than a code lasts, and the person is told.
"""

import secrets

from sqlalchemy import delete, select

from kangjiansheng.accounts import passwords
from kangjiansheng.accounts.models import Person
from kangjiansheng.accounts.operations import proving
from kangjiansheng.accounts.operations.factors import Shown
from kangjiansheng.accounts.operations.passkeys import Answer
from kangjiansheng.accounts.rules import FAILURE_WINDOW
from kangjiansheng.committee.models import DraftVersion, SignatureCode
from kangjiansheng.committee.notices import signing as telling
from kangjiansheng.committee.rules import signing
from kangjiansheng.core import clock, throttle
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.db import db
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.throttle import TooOften


def asked(draft: DraftVersion, *, actor: Actor) -> tuple[str, ...]:
    """What the actor has to give for a signature on a draft."""
    account = proving.account_of(actor=actor)
    has_password = account is not None and account.password_hash is not None
    return signing.proofs(
        has_password=has_password,
        has_factor=account is not None and account.second_since is not None,
        second_step=draft.minutes.meeting.committee.second_step,
    )


def send(draft: DraftVersion, *, actor: Actor) -> None:
    """Mail a new code for a draft; the codes that were sent for it before are good no longer."""
    person = db.session.get_one(Person, actor.id)
    if not person.email or proving.account_of(actor=actor) is None:
        raise RuleBroken("committee:no-address")
    key = f"signature-code:{actor.id}"
    if throttle.count(key, window=FAILURE_WINDOW) > signing.MOST_CODES:
        raise RuleBroken("committee:codes-too-many")
    mine = (SignatureCode.person_id == actor.id, SignatureCode.draft_version_id == draft.id)
    db.session.execute(delete(SignatureCode).where(*mine, SignatureCode.used_at.is_(None)))
    code = str(secrets.randbelow(10**signing.CODE_DIGITS)).zfill(signing.CODE_DIGITS)
    db.session.add(
        SignatureCode(
            person_id=actor.id,
            draft_version_id=draft.id,
            text_sha256=draft.sha256,
            code_hash=passwords.make(code),
            expires_at=clock.now() + signing.CODE_LASTS,
        )
    )
    db.session.flush()
    after = {"draft": draft.number, "person": actor.id}
    change = record("committee:signature:code", draft, actor=actor, before={}, after=after)
    telling.signature_code(draft, person, code, actor=actor, change=change)


def prove(
    draft: DraftVersion, password: str, code: str, *, actor: Actor, passkey: Answer | None = None
) -> str:
    """Check what was typed and use the code up; returns the method as it is written on the signature."""
    account = proving.account_of(actor=actor)
    needed = asked(draft, actor=actor)
    for what, typed in (("password", password), ("code", code)):
        wanted = what in needed or (what == "code" and "second" in needed and passkey is None)
        if wanted and not typed.strip():
            raise RuleBroken(f"committee:{what}-missing", what)
    if "password" in needed:
        if not proving.fits(password, actor=actor):
            raise RuleBroken("committee:password-wrong", "password")
    elif account is None:
        raise RuleBroken("committee:not-a-signer")
    if "code" in needed:
        _use(draft, code, actor=actor)
    second = ""
    if "second" in needed:
        shown = Shown(code=code, passkey=passkey)
        second = proving.second(shown, actor=actor, alone="password" not in needed)
    proving.clear(actor.id)
    return signing.method(needed, second)


def _use(draft: DraftVersion, code: str, *, actor: Actor) -> None:
    found = waiting(draft, actor=actor)
    typed = "".join(code.split())
    right = passwords.fits(typed, found.code_hash if found else None) and not proving.failed_meanwhile(
        actor.id
    )
    if not right or found is None:
        raise RuleBroken("committee:code-wrong", "code")
    found.used_at = clock.now()


def waiting(draft: DraftVersion, *, actor: Actor) -> SignatureCode | None:
    """The code that was sent for this text and can still be typed."""
    query = (
        select(SignatureCode)
        .where(
            SignatureCode.person_id == actor.id,
            SignatureCode.draft_version_id == draft.id,
            SignatureCode.text_sha256 == draft.sha256,
            SignatureCode.used_at.is_(None),
            SignatureCode.expires_at > clock.now(),
        )
        .order_by(SignatureCode.id.desc())
        .limit(1)
    )
    return db.session.scalar(query)


def count_failure(draft_id: int, what: str, *, actor: Actor) -> TooOften | None:
    """Password or code (`what`) at signing was wrong: count it, leave an audit entry, and tell the owner of the
    account when it is one too many."""
    too_often = proving.count(actor.id)
    draft = db.session.get_one(DraftVersion, draft_id)
    after = {"draft": draft.number, "person": actor.id}
    change = record(
        f"committee:signature:fail{'-code' if what == 'code' else ''}",
        draft,
        actor=actor,
        before={},
        after=after,
    )
    db.session.flush()
    if proving.is_throttled(actor.id):
        telling.signature_misused(draft, db.session.get_one(Person, actor.id), actor=actor, change=change)
    return too_often
