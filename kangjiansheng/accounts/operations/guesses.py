"""What was wrong when somebody who is signed in had to show once more who it is: the session may be somebody else's."""

from kangjiansheng.accounts.models import Account
from kangjiansheng.core.changes import Actor, begin, record


def note(account: Account, address: str) -> None:
    """Leave an entry in the trail; never what was typed."""
    actor = Actor(account.person_id, account.person.name_hans)
    record("accounts:account:guess", account, actor=actor, before={}, after={"from": address},
           change=begin(actor=actor))  # fmt: skip
