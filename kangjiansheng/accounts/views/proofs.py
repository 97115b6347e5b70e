"""Trying what asks for a password, a code or a passkey, and keeping count of what was wrong."""

from collections.abc import Callable
from typing import Any

from flask import request

from kangjiansheng.accounts import operations
from kangjiansheng.accounts.operations import factors, passkeys, proving
from kangjiansheng.accounts.operations.proving import MISTAKES, SECOND_WRONG
from kangjiansheng.core.errors import RuleBroken
from kangjiansheng.core.forms import Form
from kangjiansheng.core.transactions import afterwards


def attempt(account_id: int | None, form: Form, act: Callable[[], Any]) -> Any:
    """Try it, as a form does. What was wrong is counted for the account, though everything else is taken back."""

    def watched() -> Any:
        try:
            return act()
        except RuleBroken as problem:
            note(account_id, problem)
            raise

    return form.attempt(watched)


def noted(person_id: int) -> Callable[[], object]:
    """How a mistake of somebody is counted where nothing but the account is there to note it with."""
    address = request.remote_addr or ""
    return lambda: proving.count_failure(person_id, address=address)


def signing(form: Form, act: Callable[[], Any], count: Callable[[], Any]) -> Any:
    """Try what is signed, as a form does; a mistake is counted, though everything else is taken back."""

    def watched() -> Any:
        try:
            return act()
        except RuleBroken as problem:
            note(None, problem)
            if problem.code in MISTAKES:
                afterwards(count)
            raise

    return form.attempt(watched)


def note(account_id: int | None, problem: RuleBroken) -> None:
    """Keep what a refusal means for an account: one mistake more, or a passkey of which there may be a copy."""
    address = request.remote_addr or ""
    number = account_id or 0
    if problem.code in SECOND_WRONG and account_id is not None:
        afterwards(lambda: factors.count_failure(number, address=address))
    if problem.code == "accounts:password-wrong" and account_id is not None:
        afterwards(lambda: operations.count_guess(number, address=address))
    if problem.code == "accounts:passkey-copied":
        copied = int(problem.facts["number"])
        afterwards(lambda: passkeys.doubt(copied))
