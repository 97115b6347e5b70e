"""Which passwords are taken: long enough, and not one that everybody tries first."""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from kangjiansheng.core.errors import RuleBroken

PASSWORD_MIN, PASSWORD_MAX = 12, 128
LEFT = 5  # a password that is this much longer than what is known of it counts as somebody's own
WORD = 4  # from so many characters on, a name or a code beside the password is looked for in it
# What is typed first here, beside the list of the world.
_LOCAL = (
    "kangjiansheng", "woaini", "5201314", "1314520", "asdfghjk", "qwertyui", "12345678", "87654321", "1q2w3e4r", "1qaz2wsx",
    "administrator", "11111111", "00000000", "abcdefgh", "shanghai", "ruijin", "hospital", "laboratory", "welcome", "changeme",
)  # fmt: skip


@cache
def common() -> frozenset[str]:
    """The most common passwords of the world (reference/common_passwords.txt says whose list), and those of this place."""
    text = (files("kangjiansheng.accounts") / "reference" / "common_passwords.txt").read_text("utf-8")
    listed = {line.casefold() for line in text.splitlines() if line and not line.startswith("# ")}
    return frozenset(listed | set(_LOCAL))


@cache
def _pattern() -> re.Pattern[str]:
    """All of them at once, the longest first."""
    return re.compile("|".join(map(re.escape, sorted(common(), key=lambda word: (-len(word), word)))))


def check_password(password: str, *, email: str = "", names: Iterable[str] = ()) -> None:
    """Refuse a password that is too short, too long, or hardly more than common passwords, one's own address or names that
    belong to one (ASVS 6.2.1, 6.2.4, 6.2.11)."""
    if len(password) < PASSWORD_MIN:
        raise RuleBroken("accounts:password-short", "password", least=PASSWORD_MIN)
    if len(password) > PASSWORD_MAX:
        raise RuleBroken("accounts:password-long", "password", most=PASSWORD_MAX)
    low = password.casefold()
    own = {word for text in (email.partition("@")[0], *names) for word in _words(text)}
    stripped = low
    for word in sorted(own, key=len, reverse=True):
        stripped = stripped.replace(word, "")
    if len(_pattern().sub("", stripped)) < LEFT or len(set(low)) < LEFT:
        raise RuleBroken("accounts:password-common", "password")


def _words(text: str) -> set[str]:
    """A name, and the words of it, that are long enough to be looked for; a Chinese word of two characters is."""
    low = text.casefold()
    parts = {low, low.replace(" ", ""), *re.split(r"[\W_]+", low)}
    return {part for part in parts if len(part) >= WORD or (len(part) >= 2 and not part.isascii())}
