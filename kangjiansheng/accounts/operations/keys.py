"""What goes on without a password once it was made: tokens of programs, webhooks, the calendar's address. A new password
leaves them, unless its owner wants them ended as well; they end where an account is stopped or may be somebody else's."""

from kangjiansheng.accounts import queries
from kangjiansheng.accounts.models import Account
from kangjiansheng.accounts.operations import feeds, tokens, webhooks
from kangjiansheng.accounts.queries.tokens import tokens_of
from kangjiansheng.accounts.queries.webhooks import webhooks_of
from kangjiansheng.core.changes import Actor


def held(account: Account) -> bool:
    """Whether there is any."""
    person_id = account.person_id
    return bool(
        tokens_of(person_id)
        or queries.feed_of(person_id)
        or any(one.enabled for one in webhooks_of(person_id))
    )


def end(account: Account, *, actor: Actor) -> None:
    """End them all."""
    tokens.revoke_all(account, actor=actor)
    webhooks.stop_all(account, actor=actor)
    feeds.end_feed(account.person, actor=actor)
