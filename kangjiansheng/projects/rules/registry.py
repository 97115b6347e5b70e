"""Numbers of registries and authorities: normal form, format and check digits.

A wrong format warns and never blocks, since real numbers are published late; the typed form is kept.
"""

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .vocabulary import Name, Term

_FILE = Path(__file__).parent.parent / "reference" / "registries.json"
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_PATENT_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class Registry(Term):
    """A register with the form of its numbers; `regex` is None for free text."""

    regex: str | None
    normalise: str  # upper, chictr, jrct, text
    check: str | None  # cnpatent, uscc
    address: str | None  # of a record's public page, where a stable one is known
    of_trials: bool  # a number of a trial or of its filing, rather than of a product, patent or company
    examples: tuple[str, ...]
    invalid: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Number:
    """A number as typed and in normal form; `problem` is None, ``format`` or ``check_digit``."""

    registry: str
    typed: str
    normal: str
    problem: str | None

    @property
    def ok(self) -> bool:
        """True when format and check digit are right."""
        return self.problem is None


@cache
def registries() -> dict[str, Registry]:
    """The 16 registers by code."""
    return {
        row["code"]: Registry(
            row["code"],
            Name(**row["name"]),
            row["regex"],
            row["normalise"],
            row["check"],
            row["address"],
            row["of_trials"],
            tuple(row["examples"]),
            tuple(row["invalid"]),
        )
        for row in json.loads(_FILE.read_text(encoding="utf-8"))
    }


def normalise(registry: str, typed: str) -> str:
    """The form in which numbers are stored and compared. An unknown register raises KeyError."""
    form = registries()[registry].normalise
    text = unicodedata.normalize("NFKC", typed).strip()
    if form == "text":
        return " ".join(text.split())
    text = re.sub(r"[\s#:]", "", text).upper()
    text = re.sub(r"[‐‑‒–—−]", "-", text)
    if form == "chictr":
        return re.sub(r"^CHICTR", "ChiCTR", text)
    if form == "jrct":
        return re.sub(r"^JRCT([A-Z]?)", lambda found: f"jRCT{found[1].lower()}", text)
    return text


def check(registry: str, typed: str) -> Number:
    """Normalise a number and say whether format and check digit are right. No number makes it raise."""
    rule = registries()[registry]
    normal = normalise(registry, typed)
    if rule.regex is None:
        problem = None if normal else "format"
    elif re.fullmatch(rule.regex, normal, re.ASCII) is None:
        problem = "format"
    elif rule.check is not None and not _CHECKS[rule.check](normal):
        problem = "check_digit"
    else:
        problem = None
    return Number(registry, typed, normal, problem)


def recognise(typed: str) -> list[Number]:
    """The registers to which a number can belong, by its form; several forms overlap by nature."""
    found = (check(code, typed) for code, rule in registries().items() if rule.regex is not None)
    return [number for number in found if number.ok]


def address(registry: str, number: str) -> str | None:
    """The public page of a record; None when the registry has no stable one, or the number is not in its form."""
    rule = registries().get(registry)
    if rule is None or rule.address is None or not check(registry, number).ok:
        return None
    return rule.address.format(number=check(registry, number).normal)


def patent_check_digit(first_twelve: str) -> str:
    """Check digit of a Chinese patent application number: weights 2–9, 2–5, modulo 11, 10 is X."""
    total = sum(w * int(digit) for w, digit in zip(_PATENT_WEIGHTS, first_twelve, strict=True))
    return "X" if total % 11 == 10 else str(total % 11)


def uscc_check_digit(first_seventeen: str) -> str:
    """Check character of a unified social credit code: GB 32100, weights 3^i modulo 31."""
    total = sum(pow(3, i, 31) * _USCC_ALPHABET.index(char) for i, char in enumerate(first_seventeen))
    return _USCC_ALPHABET[-total % 31]


_CHECKS: dict[str, Callable[[str], bool]] = {
    "cnpatent": lambda number: patent_check_digit(number[:12]) == number[-1],
    "uscc": lambda number: uscc_check_digit(number[:17]) == number[-1],
}
