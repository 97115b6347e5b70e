"""How a paragraph is cut in two, and how two are joined, without a word lost."""

from kangjiansheng.committee.rules.merging import sentences


def cuts(text: str) -> list[tuple[int, str]]:
    """Where a text may be cut: the beginning of each sentence but the first, with the sentence."""
    found, at = list[tuple[int, str]](), 0
    for one in sentences(text):
        if cut(text, at):
            found.append((at, one.strip()))
        at += len(one)
    return [(place, words) for place, words in found if words]


def cut(text: str, at: int) -> tuple[str, str] | None:
    """The two parts, without the blanks between them; None when one of them would be empty."""
    first, second = text[: max(at, 0)].rstrip(), text[max(at, 0) :].lstrip()
    return (first, second) if first and second else None


def joined(first: str, second: str) -> str:
    """One text of two: lines stay lines, Latin words stay apart, Chinese goes on."""
    if "\n" in first or "\n" in second:
        return f"{first}\n\n{second}"
    return f"{first} {second}" if first[-1:].isascii() and second[:1].isascii() else first + second


def can_join(first: tuple[str, int | None], second: tuple[str, int | None]) -> bool:
    """Two paragraphs, each with kind and item: both text, and of one item."""
    return first == second and first[0] == "text"
