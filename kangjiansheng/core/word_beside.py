"""What a Word file holds beside its words: comments, notes, text boxes, what was deleted or hidden, formulas. None of it is
the text; each is told where it stands, so that nobody has to find out by comparing."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

KINDS = (
    "comment", "footnote", "textbox", "deleted", "hidden", "formula", "footer", "embedded", "symbol",
)  # fmt: skip
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
FORMULAS = (f"{_M}oMath", f"{_M}oMathPara")
ALTERNATIVES = f"{_MC}AlternateContent"
_PARTS = {"comments": "comment", "footnotes": "footnote", "endnotes": "footnote"}
_REFERENCES = {
    f"{W}commentReference": "comments",
    f"{W}footnoteReference": "footnotes",
    f"{W}endnoteReference": "endnotes",
}
_PICTURES = ("}blip", "}imagedata", "}OLEObject", "}chart", "}relIds")
# Boxes and ticks in the fonts in which people set them; other signs of such fonts are told.
_SIGNS = {"f0fe": "☑", "f0a8": "☐", "f0fc": "✓", "f0fb": "✗", "f052": "☑", "f0a3": "☐", "f050": "✓"}


def mark(kind: str, text: str) -> str:
    """The line that tells of it, in Markdown: a comment, which nobody takes for the text."""
    return f"<!-- word:{kind} {' '.join(text.split()).replace('--', '—')} -->"


def chosen(alternatives: Any) -> Any:
    """Of the forms in which something stands the one that Word itself shows."""
    found = alternatives.find(f"{_MC}Choice")
    return found if found is not None else alternatives.find(f"{_MC}Fallback")


def sign(element: Any) -> str:
    """A sign of a font of signs; nothing where it is not known."""
    return _SIGNS.get(str(element.get(f"{W}char", "")).lower(), "")


def has_picture(drawing: Any) -> bool:
    """Whether there is more in a drawing than words."""
    return any(isinstance(one.tag, str) and one.tag.endswith(_PICTURES) for one in drawing.iter())


def written(element: Any, tags: tuple[str, ...] = (f"{W}t", f"{W}delText", f"{_M}t")) -> str:
    """All words within, whatever they stand in; the paragraphs apart."""
    found = []
    for one in element.iter():
        if one.tag in tags:
            found.append(one.text or "")
        elif one.tag == f"{W}p":
            found.append(" ")
    return " ".join("".join(found).split())


def boxes(drawing: Any) -> Iterator[str]:
    """The words of the text boxes in a drawing."""
    for one in drawing.iter(f"{W}txbxContent"):
        yield written(one)


class Beside:
    """What was found beside the words and is not told yet, in order."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self.waiting: list[tuple[str, str]] = []

    def note(self, kind: str, text: str) -> None:
        """Keep it until the block in which it stands is over."""
        if text.strip():
            self.waiting.append((kind, text))

    def refer(self, reference: Any) -> None:
        """A mark in the text that leads to a comment or a note."""
        part = _REFERENCES.get(reference.tag)
        if part:
            self.note(_PARTS[part], self._texts[part].get(reference.get(f"{W}id"), ""))

    def told(self) -> list[str]:
        """The lines that tell of what waits."""
        found = [mark(kind, text) for kind, text in self.waiting]
        self.waiting = []
        return found

    def feet(self) -> list[str]:
        """What stands at the foot of pages, but for their numbers."""
        found: list[str] = []
        for section in self.document.sections:
            for foot in (section.footer, section.first_page_footer, section.even_page_footer):
                words = (
                    "" if foot.is_linked_to_previous else " ".join(p.text for p in foot.paragraphs).strip()
                )
                if (
                    len([one for one in words if one.isalpha() and one not in "第页頁共"]) > 1
                    and words not in found
                ):
                    found.append(words)
        return found

    @cached_property
    def _texts(self) -> dict[str, dict[str, str]]:
        """The words of comments and notes, by their part and key."""
        from docx.oxml import parse_xml  # only here: lxml takes a while to come

        found: dict[str, dict[str, str]] = {name: {} for name in _PARTS}
        for relation in self.document.part.rels.values():
            name = relation.reltype.rsplit("/", 1)[-1]
            if relation.is_external or name not in _PARTS:
                continue
            for one in parse_xml(relation.target_part.blob):
                if isinstance(one.tag, str):
                    found[name][one.get(f"{W}id")] = written(one)
        return found
