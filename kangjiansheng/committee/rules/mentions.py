"""Who is spoken to in a comment: @ and what somebody is called."""

from collections.abc import Mapping

AT = "@＠"


def found(text: str, known: Mapping[str, int]) -> list[tuple[int, int, int]]:
    """(from, to, person) of each mention; `known` are the names of those who may be spoken to. Where one name
    begins with another, the longer one counts."""
    names = sorted(filter(None, known), key=len, reverse=True)
    spans = []
    at = 0
    while at < len(text):
        name = next((n for n in names if text[at] in AT and text.startswith(n, at + 1)), None)
        if name is None:
            at += 1
            continue
        spans.append((at, at + 1 + len(name), known[name]))
        at += 1 + len(name)
    return spans


def split(text: str, spoken: Mapping[str, int]) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is a mention."""
    done: list[tuple[str, bool]] = []
    at = 0
    for start, end, _person in found(text, spoken):
        done += [(text[at:start], False), (text[start:end], True)]
        at = end
    return [(piece, is_one) for piece, is_one in [*done, (text[at:], False)] if piece]
