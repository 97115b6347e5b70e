"""The notice on personal data: published by administrators, accepted by everybody who signs in."""

from kangjiansheng.accounts.models import Account, NoticeAcceptance, PrivacyNotice
from kangjiansheng.accounts.queries import privacy as queries
from kangjiansheng.accounts.rules import privacy as rules
from kangjiansheng.core import clock
from kangjiansheng.core.changes import Actor, begin, record
from kangjiansheng.core.db import db, expect
from kangjiansheng.core.errors import RuleBroken


def publish(
    *, actor: Actor, version: int | None, text_hans: str, text_hant: str, text_en: str
) -> PrivacyNotice:
    """A new version, which everybody is asked to accept before they go on."""
    texts = {"text_hans": text_hans, "text_hant": text_hant, "text_en": text_en}
    rules.check_texts(texts)
    last = queries.latest()
    if last is not None:
        expect(last, version)
        if last.texts == dict(zip(last.texts, texts.values(), strict=True)):
            raise RuleBroken("accounts:privacy-same", "text_hans")
    change = begin(actor=actor)
    row = PrivacyNotice(
        number=last.number + 1 if last else 1,
        by_id=actor.id,
        made_at=change.recorded_at,
        change_set_id=change.id,
        **texts,
    )
    db.session.add(row)
    db.session.flush()
    record("accounts:privacy:publish", row, actor=actor, after=row.facts(), change=change)
    return row


def accept(account: Account, *, actor: Actor, number: int | None, language: str) -> None:
    """The owner of an account has read a version in a language and accepts it. Only the one that holds counts."""
    notice = queries.in_force()
    if number != notice.number:
        raise RuleBroken("accounts:privacy-newer")
    if account.notice_number == number:
        return
    change = begin(actor=actor)
    row = NoticeAcceptance(
        person_id=account.person_id,
        number=number,
        language=language,
        text_digest=notice.digest(language),
        accepted_at=clock.now(),
        change_set_id=change.id,
    )
    account.notice_number = number
    db.session.add(row)
    db.session.flush()
    record("accounts:privacy:accept", row, actor=actor, after=row.facts(), change=change)
