"""Which projects a page of the overview is about: by laboratory, party, family of modality, stage and pathway."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from itertools import compress
from typing import Any, Protocol, TypeVar

from kangjiansheng.projects.rules.ledgers import Pairs, distinct, keys_of
from kangjiansheng.projects.rules.vocabulary import column_of

from .rows import Ref


class Narrowed(Protocol):
    """What is asked of a project."""

    @property
    def labs(self) -> Sequence[Ref]: ...
    @property
    def parties(self) -> Sequence[Ref]: ...
    @property
    def family(self) -> str: ...
    @property
    def stage(self) -> str: ...
    @property
    def pathway(self) -> str: ...


P = TypeVar("P", bound=Narrowed)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What an address asks for, by codes; empty means all. A stage may be a column of the pipeline."""

    lab: str = ""
    party: str = ""
    family: str = ""
    stage: str = ""
    pathway: str = ""

    @property
    def asked(self) -> Mapping[str, str]:
        """What is asked for, by the names that stand in the address."""
        return {one.name: value for one in fields(self) if (value := getattr(self, one.name))}

    def fits(self, project: Narrowed) -> bool:
        """True when the project is wanted."""
        return (
            (not self.lab or any(lab.code == self.lab for lab in project.labs))
            and (not self.party or any(party.code == self.party for party in project.parties))
            and (not self.family or project.family == self.family)
            and (not self.stage or self.stage in (project.stage, column_of(project.stage)))
            and (not self.pathway or project.pathway == self.pathway)
        )


ALL = Narrowing()


@dataclass(frozen=True, slots=True)
class Card:
    """Of a project what it is chosen by."""

    id: int
    labs: Sequence[Ref]
    parties: Sequence[Ref]
    family: str
    stage: str
    pathway: str


@dataclass(frozen=True)
class Cards:
    """The projects that can be chosen, as columns: there are thousands, and few are looked at one by one. The names are
    what their laboratories and parties are called, by key."""

    ids: Sequence[int] = ()
    labs_of: Sequence[Pairs] = ()
    parties_of: Sequence[Pairs] = ()
    families: Sequence[str] = ()
    stages: Sequence[str] = ()
    pathways: Sequence[str] = ()
    lab_names: Mapping[int, Ref] = field(default_factory=dict)
    party_names: Mapping[int, Ref] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[Card]:
        labs, parties = _called(self.labs_of, self.lab_names), _called(self.parties_of, self.party_names)
        return map(Card, self.ids, labs, parties, self.families, self.stages, self.pathways)

    @property
    def labs(self) -> list[Ref]:
        """The laboratories that take part in any of them."""
        return [self.lab_names[key] for key in self.lab_keys if key in self.lab_names]

    @property
    def parties(self) -> list[Ref]:
        """The parties to any of them."""
        return [self.party_names[key] for key in self.party_keys if key in self.party_names]

    @cached_property
    def lab_keys(self) -> tuple[int, ...]:
        """The laboratories that take part in any of them, by key."""
        return keys_of(self.labs_of)

    @cached_property
    def party_keys(self) -> tuple[int, ...]:
        """The parties to any of them, by key."""
        return keys_of(self.parties_of)

    def wanted(self, asked: Narrowing) -> set[int]:
        """The ids of those that are asked for."""
        return {card.id for card in narrow(self, asked)} if asked.asked else set(self.ids)

    def without(self, ids: Collection[int]) -> "Cards":
        """All but some of them."""
        if not ids:
            return self
        stay = [key not in ids for key in self.ids]
        columns: dict[str, Any] = {name: list(compress(getattr(self, name), stay)) for name in _COLUMNS}
        return replace(self, **columns)


_COLUMNS = ("ids", "labs_of", "parties_of", "families", "stages", "pathways")


def _called(of: Sequence[Pairs], names: Mapping[int, Ref]) -> Iterator[list[Ref]]:
    known = {at: [names[key] for key, _how in pairs if key in names] for at, pairs in distinct(of).items()}
    return (known[id(pairs)] for pairs in of)


def narrow(projects: Iterable[P], wanted: Narrowing) -> list[P]:
    """Those that are wanted, in their order."""
    return [project for project in projects if wanted.fits(project)] if wanted.asked else list(projects)
