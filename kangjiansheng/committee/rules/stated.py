"""How many were there, as the text of minutes says it: only where it says so plainly, in Chinese or English."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from kangjiansheng.committee.rules import numbers
from kangjiansheng.core.text import to_hans

_HAN = "\u3400-\u9fff"
_NUMBER = r"(\d{1,3}|[〇零一二两三四五六七八九十百]{1,5})"
# A word that stands alone: 未出席, 线上出席 and 法定出席人数 say something else, and so does 出席 6 人以上.
_LEAD = rf"(?:(?<![{_HAN}])|(?<=[\d一二三四五六七八九十][人名位])|(?<=\d [人名位]))(?:本次会议|本次|会议|委员|实际|共)?"
_WHOM = r"(?:会议|会)?的?(?:委员|成员|人员|人数)?(?:共计|共有|总计|合计|共|为|有|是)?\s*:?\s*"
_PEOPLE = r"\s*[人名位](?![次额])(?!(?:及|或)?以[上下])(?!即|方可|方能|始|才)"
_WORDS = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
_COUNT = rf"(\d{{1,3}}|{'|'.join(sorted(_WORDS, key=len, reverse=True))})"
_MEMBERS = r"\s+(?:voting\s+|committee\s+)*members?\s+(?:were\s+|was\s+|are\s+|is\s+)?(?:present|in attendance|attended)\b"
_PLAIN = r"(?!\s+(?:online|remotely|by|via|or|constitutes?|forms?|(?:are|is)\s+(?:required|needed))\b)"
_PATTERNS = (
    ("expected", re.compile(rf"{_LEAD}(?:应到|应出席){_WHOM}{_NUMBER}{_PEOPLE}")),
    ("present", re.compile(rf"{_LEAD}(?:实到|出席|到会|与会){_WHOM}{_NUMBER}{_PEOPLE}")),
    ("present", re.compile(rf"{_LEAD}出席人数(?:为|是)?\s*:?\s*(\d{{1,3}})(?![\d./%]|\s*[人名位/])")),
    ("present", re.compile(rf"\b{_COUNT}(?:\s+(?:out\s+)?of\s+(?:the\s+)?{_COUNT})?{_MEMBERS}{_PLAIN}")),
    ("present", re.compile(r"\bmembers\s+present\s*:\s*(\d{1,3})\b(?:\s+(?:out\s+)?of\s+(\d{1,3})\b)?")),
)
_RULE = re.compile(r"(?:quorum|requires?|required|needs?|minimum|least|more than|fewer than|less than|up to)\W+(?:\w+\W+){0,3}$")  # fmt: skip


@dataclass(frozen=True)
class Stated:
    """A count that a text gives: of those who were `present`, or who were `expected`."""

    kind: str
    count: int


def stated(text: str) -> list[Stated]:
    """The counts in a text, in their order; nothing that speaks of some of them, of a rule, or of others."""
    plain = to_hans(unicodedata.normalize("NFKC", text)).lower()
    found = chain.from_iterable(_found(kind, pattern, plain) for kind, pattern in _PATTERNS)
    return list(dict.fromkeys(one for _at, one in sorted(found, key=lambda pair: pair[0])))


def _found(kind: str, pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, Stated]]:
    for match in pattern.finditer(text):
        if _RULE.search(text[: match.start()]):
            continue
        counts = [_read(said) for said in match.groups() if said]
        for what, count in zip((kind, "expected"), counts, strict=False):
            if count is not None:
                yield match.start(), Stated(what, count)


def _read(said: str) -> int | None:
    return _WORDS.index(said) + 1 if said in _WORDS else numbers.read(said)
