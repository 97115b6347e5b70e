"""An administrator hears that somebody else may hold an account."""

from kangjiansheng.accounts import operations
from kangjiansheng.accounts.models import Account
from kangjiansheng.accounts.operations import factors, rights
from kangjiansheng.core.changes import Actor, record
from kangjiansheng.core.errors import RuleBroken


def shut_out(account: Account, *, actor: Actor) -> None:
    """Whoever holds it is out at once: the password and passkeys are good no longer, sessions end, and what goes on without
    them. Its owner comes back by a one-time link; an authenticator app, which lets nobody in alone, is asked for then."""
    if account.person_id == actor.id:
        raise RuleBroken("accounts:theft-own")
    rights.check_still_administers(actor=actor)
    if account.disabled_at:
        raise RuleBroken("accounts:account-stopped")
    if not actor.has("system", "security") and rights.is_guarded(account.person):
        raise RuleBroken("accounts:theft-guarded")
    before = account.state()
    account.password_hash = account.password_changed_at = (
        None  # nor does a second step go on that was begun with it
    )
    record("accounts:account:theft", account, actor=actor, before=before)
    factors.drop_passkeys(account, actor=actor)
    operations.end_all_sessions(account, actor=actor)
