"""Who may do what with accounts."""

from typing import Any

from kangjiansheng.core.changes import Actor


def administer(actor: Actor, _thing: Any = None) -> bool:
    """People, accounts, roles and mails are managed by administrators, who see no project by that office."""
    return actor.has("admin")


def secure(actor: Actor, _thing: Any = None) -> bool:
    """Rights, how people sign in, sessions and tokens are matters of the security administrator; where the three
    administrators are not kept apart, of every administrator (queries.actor_of)."""
    return actor.has("security")


def look_after_people(actor: Actor, _thing: Any = None) -> bool:
    """People and their accounts are seen by who keeps them and by who decides on their rights."""
    return actor.has("admin", "security")


def see_rights(actor: Actor, _thing: Any = None) -> bool:
    """Who holds which rights is seen by each of the three."""
    return actor.has("admin", "security", "auditor")


def read_mail(actor: Actor, template: str) -> bool:
    """What a mail says: administrators read those about accounts; beyond that only who reads everything anyway."""
    return template.startswith("accounts:") or actor.reads_all


def audit(actor: Actor, _thing: Any = None) -> bool:
    """The audit trail is read by auditors."""
    return actor.has("auditor")


def own(actor: Actor, account: Any) -> bool:
    """One's own account."""
    return bool(account.person_id == actor.id)


def own_token(actor: Actor, token: Any) -> bool:
    """One of one's own tokens."""
    return bool(token.person_id == actor.id)


def own_webhook(actor: Actor, webhook: Any) -> bool:
    """One of one's own webhooks."""
    return bool(webhook.person_id == actor.id)


def own_message(actor: Actor, message: Any) -> bool:
    """A message to one of one's own webhooks."""
    return own_webhook(actor, message.webhook)


def own_session(actor: Actor, session: Any) -> bool:
    """One of one's own sessions."""
    return bool(session.account.person_id == actor.id)
