"""Texts as tokens, and what is typed as phrases of tokens: one tokeniser for both databases, and for marking.

Chinese becomes overlapping pairs of characters and the last character of a run: 瑞金医院 → 瑞金 金医 医院 院.
A phrase of pairs is found where its characters stand side by side and nowhere else, so the search for Chinese
of any length is exact. Other scripts become words. What stands between is passed over.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from kangjiansheng.core import text
from kangjiansheng.core.in_turn import in_turn

MOST_WORDS = 6
MOST_LETTERS = 80
_FEW = 256  # letters that are asked for at once
LONGEST = 64  # letters of a token; what is beyond is not searched
HIDDEN = "·"  # stands before a token that is no word of the text: a code without its hyphens, a sound
HAN = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_RUNS = re.compile(f"(?P<han>[{HAN}]+)|(?P<word>(?:(?![{HAN}])[^\\W_])+)")
_COMPOUND = re.compile("[a-z0-9]+(?:[-_/.\u2010-\u2013][a-z0-9]+)+")
_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a pair of characters, and where it stands in the text as it was written."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens side by side; the last one may be the beginning of a longer one."""

    tokens: tuple[str, ...]
    open: bool = True


Word = tuple[Phrase, ...]
"""One typed word: any of its phrases is enough."""


@in_turn
@cache
def _simplified() -> dict[int, str]:
    """Each Traditional character with its Simplified one, without regard to what stands beside it: so a word
    is folded the same way inside a text and alone. There are eighty thousand: they are asked for a few at a time."""
    found: dict[int, str] = {}
    for first in (*range(0x3400, 0xA000, _FEW), *range(0xF900, 0xFB00, _FEW), *range(0x20000, 0x32400, _FEW)):
        letters = [c for c in map(chr, range(first, first + _FEW)) if unicodedata.category(c) == "Lo"]
        if not letters:
            continue
        turned = text.to_hans(text.hong_kong_to_hans("\n".join(letters))).split("\n")
        found.update((ord(a), b) for a, b in zip(letters, turned, strict=True) if a != b)
    return found


@cache
def _letter(letter: str) -> str:
    """One letter folded: width and compatibility forms, case, accents of Latin letters, script."""
    plain = unicodedata.normalize("NFKC", letter).casefold()
    if ord(letter) < 0x2000:
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if unicodedata.category(c) != "Mn")
    return plain.translate(_simplified())


def folded(words: str) -> tuple[str, list[int]]:
    """The text as it is compared, and for each of its letters the place of the written one."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(words):
        for one in _letter(letter):
            letters.append(one)
            places.append(place)
    return "".join(letters), places


def tokens(words: str) -> list[Token]:
    """All tokens of a text in their order."""
    plain, places = folded(words)
    places.append(len(words))

    def token(start: int, end: int) -> Token:
        return Token(plain[start : min(end, start + LONGEST)], places[start], places[end - 1] + 1)

    found = []
    for run in _RUNS.finditer(plain):
        first, end = run.span()
        if run["word"]:
            found.append(token(first, end))
        else:
            found += [token(at, min(at + 2, end)) for at in range(first, end)]
    return found


def hidden(words: str) -> list[str]:
    """Codes and compounds written in one: CAR-T → cart, KJS-003 → kjs003 and kjs3."""
    plain = folded(words)[0]
    found = dict.fromkeys(
        form
        for whole in _COMPOUND.findall(plain)
        if len(whole) <= LONGEST
        for form in (_joined(whole), bare(whole))
    )
    return [HIDDEN + form for form in found]


def _joined(words: str) -> str:
    return re.sub(r"[\W_]+", "", words)


def bare(words: str) -> str:
    """A code without hyphens and leading zeros, folded: KJS-003, kjs 3 and KJS３ are the same."""
    return _joined(_ZEROS.sub("", folded(words)[0]))


def code_of(words: str) -> str:
    """A code as people mean it: KJS-003, kjs 3 and ＫＪＳ03 are the same, D-2026-06-01 and D-2026-60-1 are not."""
    return "-".join(re.findall(r"[0-9]+|[^\W\d_]+", _ZEROS.sub("", folded(words)[0])))


def words_of(typed: str) -> list[str]:
    """The words that were typed, without doubles; what is beyond measure is cut."""
    return list(dict.fromkeys(typed[:MOST_LETTERS].split()))[:MOST_WORDS]


def query(typed: str) -> list[Word]:
    """What was typed, word by word. Words without a letter or digit say nothing."""
    return [word for word in map(_word, words_of(typed)) if word]


def _word(word: str) -> Word:
    found = tokens(word)
    if not found:
        return ()
    own = tuple(token.word for token in found)
    han = re.match(f"[{HAN}]", own[-1])
    if han and len(own) > 1 and len(own[-1]) == 1 and len(own[-2]) == 2 and found[-1].end == found[-2].end:
        own = own[:-1]  # the last pair says it
    phrases = [Phrase(own, open=not han or len(own[-1]) == 1)]
    phrases += [Phrase((*own[:-1], other)) for other in _numbers(own[-1])]
    if all(ord(letter) < 128 for one in own for letter in one):
        phrases += _latin(word, own)
    elif _ZEROS.search(" ".join(own)):
        phrases.append(Phrase(tuple(_ZEROS.sub("", one) for one in own), open=False))
    return tuple(dict.fromkeys(phrases))


def _latin(word: str, own: tuple[str, ...]) -> Iterator[Phrase]:
    joined, short = _joined(folded(word)[0])[:LONGEST], bare(word)[:LONGEST]
    if len(joined) > 1:
        yield Phrase((HIDDEN + joined,))  # also the sound of a name
    if short != joined:
        yield Phrase((HIDDEN + short,), open=False)
        yield Phrase(tuple(_ZEROS.sub("", one) for one in own), open=False)


_PLURALS = (
    ("ies", "y"),
    ("sses", "ss"),
    ("xes", "x"),
    ("ches", "ch"),
    ("shes", "sh"),
    ("ss", ""),
    ("us", ""),
    ("is", ""),
)


def _numbers(word: str) -> list[str]:
    """The other number of an English word: cells → cell, therapies → therapy, therapy → therapies."""
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return []
    for end, other in _PLURALS:
        if word.endswith(end):
            return [word.removesuffix(end) + other] if other else []
    if word.endswith("s"):
        return [word[:-1]]
    if word.endswith("y") and word[-2] not in "aeiou":
        return [word[:-1] + "ies"]
    return []


def places(words: str, wanted: Sequence[Word]) -> list[tuple[int, int]]:
    """Where the wanted words stand in a text, as they were written: start and end of each place, in order."""
    here = tokens(words)
    found = [span for word in wanted for phrase in word for span in _of_phrase(here, phrase)]
    found += _compounds(words, wanted)
    return merged(found)


def merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that touch made one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _of_phrase(here: Sequence[Token], phrase: Phrase) -> Iterator[tuple[int, int]]:
    *first, last = phrase.tokens
    size = len(phrase.tokens)
    for at in range(len(here) - size + 1):
        end = here[at + size - 1]
        if any(here[at + n].word != word for n, word in enumerate(first)):
            continue
        if end.word == last:
            yield here[at].start, end.end
        elif phrase.open and end.word.startswith(last):
            yield here[at].start, min(end.start + len(last), end.end)


def _compounds(words: str, wanted: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Compounds that were typed in one: kjs3 stands in KJS-003."""
    typed = [phrase for word in wanted for phrase in word if phrase.tokens[0].startswith(HIDDEN)]
    if not typed:
        return
    plain, written = folded(words)
    for whole in _COMPOUND.finditer(plain):
        forms = (HIDDEN + _joined(whole[0]), HIDDEN + bare(whole[0]))
        if any(_says(form, phrase) for form in forms for phrase in typed):
            yield written[whole.start()], written[whole.end() - 1] + 1


def _says(form: str, phrase: Phrase) -> bool:
    return form.startswith(phrase.tokens[0]) if phrase.open else form == phrase.tokens[0]
