"""What differs between two drafts, as far as one reader may see it: the one count of the page, its banner and notices."""

from collections.abc import Collection
from dataclasses import dataclass, field

from kangjiansheng.committee.queries.reading import Reading, Shown
from kangjiansheng.committee.rules import facts, texts
from kangjiansheng.committee.rules.facts import Difference

# Of whom was there: it stands below the text; what else belongs to no paragraph stands above it.
BELOW = ("attendance", "quorum", "presence", "deputies")


@dataclass
class Compared:
    """The places that differ in the order in which they stand; a paragraph whose words changed is one place."""

    differences: list[Difference] = field(default_factory=list)
    changes: dict[str, list[texts.Change]] = field(default_factory=dict)  # by the public id of a paragraph
    gone: list[Shown] = field(default_factory=list)

    @property
    def places(self) -> int:
        """How many places a reader has to look at again."""
        return len(self.differences)

    def at(self, paragraph: str) -> list[Difference]:
        """The facts that stand at a paragraph."""
        return [one for one in self.differences if one.at == paragraph and one.kind not in ("text", "gone")]

    @property
    def above(self) -> list[Difference]:
        """The facts that stand above the text."""
        return [one for one in self.differences if not one.at and one.kind not in (*BELOW, "gone")]

    @property
    def below(self) -> list[Difference]:
        """The facts that stand below the text."""
        return [one for one in self.differences if not one.at and one.kind in BELOW]


def compared(now: Reading, older: Reading, *, known: Collection[str] | None = None) -> Compared:
    """What of a draft is not as in an older one. With `known`, the reader had read only these paragraphs of that one.
    What was then in an item that is not theirs is as if it had not been there."""
    assert now.draft is not None and older.draft is not None
    under, was_under = facts.placed(now.draft.header), facts.placed(older.draft.header)
    shown = {p.public_id: p for p in now.paragraphs if not p.withheld}
    hidden = {p.public_id for p in now.paragraphs if p.withheld}
    open_then = [
        p for p in older.paragraphs if not p.withheld and was_under.get(p.public_id) in {None, *now.seen}
    ]
    unread = {p.item_id for p in open_then if known is not None and p.public_id not in known} - {None}
    before = {p.public_id: p for p in open_then if known is None or p.public_id in known}
    both = shown.keys() & before.keys()
    found = Compared(gone=[p for key, p in before.items() if key not in shown and key not in hidden])
    astray = facts.moved(list(before), list(shown))
    if under and was_under:  # not of a text in the first format, which kept no items
        astray |= {key for key in both if under.get(key) != was_under.get(key)}
    then = facts.facts(older.draft.header, now.seen - unread, both)
    today = facts.facts(now.draft.header, now.seen, both)
    loose = _placed(now, facts.differing(then, today), then, today)
    found.differences += [one for one in loose if not one.at and one.kind not in BELOW]
    for key, p in shown.items():
        own = _of_paragraph(p, before.get(key), key in astray)
        if own and own[0].kind == "text":
            found.changes[key] = texts.difference(own[0].before, own[0].after)
        found.differences += [*own, *(one for one in loose if one.at == key)]
    found.differences += [Difference("gone", p.no, before=p.text) for p in found.gone]
    found.differences += [one for one in loose if not one.at and one.kind in BELOW]
    return found


def _of_paragraph(p: Shown, old: Shown | None, astray: bool) -> list[Difference]:
    """Whether its words, its kind or its place are others."""
    if old is None:
        return [Difference("text", p.no, p.public_id, "", p.text)]
    told = [("text", old.text != p.text, old.text, p.text), ("kind", old.kind != p.kind, old.kind, p.kind)]
    told.append(("moved", astray, old.no, p.no))
    return [Difference(kind, p.no, p.public_id, was, now) for kind, differs, was, now in told if differs]


def _placed(
    now: Reading, keys: list[facts.Key], then: dict[facts.Key, object], today: dict[facts.Key, object]
) -> list[Difference]:
    """The facts that differ, each at the paragraph where it stands, under the name that readers know it by."""
    found = []
    for key in keys:
        kind, of = key
        told = today.get(key) or then.get(key)
        p = _where(now, kind, of, told)
        about = p.no if p and kind in ("room", "item") else "" if kind in ("room", "item") else of
        if p and p.decision and p.public_id == of:
            about = p.decision["number"]
        elif p and p.public_id == of:
            about = p.no
        found.append(Difference(kind, about, p.public_id if p else "", then.get(key), today.get(key)))
    return found


def _where(now: Reading, kind: str, of: str, told: object) -> Shown | None:
    if kind in ("room", "item"):
        return next((p for p in now.paragraphs if not p.withheld and str(p.item_id) == of), None)
    if kind == "action":
        item = told["item"] if isinstance(told, dict) else None
        lists = [p for p in now.paragraphs if p.kind == "action" and not p.withheld]
        return next((p for p in lists if p.item_id in (None, item)), None)
    return next((p for p in now.paragraphs if p.public_id == of and not p.withheld), None)
