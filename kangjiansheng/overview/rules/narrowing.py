"""Which projects a page of the overview is about: by laboratory, party, family of modality, stage and pathway."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Protocol, TypeVar

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


def narrow(projects: Iterable[P], wanted: Narrowing) -> list[P]:
    """Those that are wanted, in their order."""
    return [project for project in projects if wanted.fits(project)] if wanted.asked else list(projects)
