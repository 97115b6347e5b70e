"""The vocabularies of the domain, read once from the reference data of the package."""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

_FOLDER = Path(__file__).parent.parent / "reference"


@dataclass(frozen=True, slots=True)
class Name:
    """One label in three scripts."""

    hans: str
    hant: str
    en: str


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a vocabulary."""

    code: str
    name: Name


@dataclass(frozen=True, slots=True)
class Modality(Term):
    """A kind of therapy; `family` is the row of the dashboard, `donors` are the usual donor codes."""

    family: str
    donors: tuple[str, ...]
    gene_modified: bool
    regulatory_class: str


@dataclass(frozen=True, slots=True)
class Group(Term):
    """A group of indications. Its code is the word of the vocabulary in simplified Chinese."""

    items: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Stage(Term):
    """A stage of a project; `column` is its column on the dashboard, `link` where it stands in the value chain."""

    order: int
    column: str
    link: str


@dataclass(frozen=True, slots=True)
class Donor(Term):
    """A source of cells, with other words for it."""

    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reason(Term):
    """Why a date moved; `chip` marks those that are offered first."""

    chip: bool


@dataclass(frozen=True, slots=True)
class TemplateCriterion:
    """One thing that a gate of a pathway asks for, the kinds of evidence that answer it, and where it comes from.

    `kind` is source (then `source` names it), memory (a default that a project changes as it likes) or other.
    """

    name: Name
    kinds: tuple[str, ...] = ()
    kind: str = "other"
    confidence: str | None = None
    source: Name = Name("", "", "")


@dataclass(frozen=True, slots=True)
class TemplateMilestone(Term):
    """A milestone of a pathway. The typical duration runs from the last predecessor."""

    predecessors: tuple[str, ...]
    duration_min: int
    duration_max: int
    duration_unit: str  # day, workday, month, year
    gate: bool
    optional: bool
    evidence: tuple[Name, ...]
    decider: Name
    basis: Mapping[str, Any]
    criteria: tuple[TemplateCriterion, ...] = ()  # of a gate
    meaning: str = ""  # see rules.templates.MEANINGS


@dataclass(frozen=True, slots=True)
class Template(Term):
    """A pathway with its milestones in order. In the reference data `version` is that of what is shipped."""

    letter: str
    version: int
    milestones: tuple[TemplateMilestone, ...]

    def milestone(self, code: str) -> TemplateMilestone | None:
        """The milestone of that code, or None."""
        return next((found for found in self.milestones if found.code == code), None)


T = TypeVar("T", bound=Term)


def folded(text: str) -> str:
    """The form in which words are compared: compatibility form, without spaces, lower case."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _read(name: str) -> Any:
    return json.loads((_FOLDER / name).read_text(encoding="utf-8"))


def _term(row: Mapping[str, Any]) -> tuple[str, Name]:
    return row["code"], Name(**row["name"])


@cache
def modalities() -> dict[str, Modality]:
    """The 33 modalities by code, and the one for what a registry does not say."""
    return {
        row["code"]: Modality(
            *_term(row), row["family"], tuple(row["donors"]), row["gene_modified"], row["regulatory_class"]
        )
        for row in _read("modalities.json")["modalities"]
    }


@cache
def families() -> dict[str, Term]:
    """The families of modalities by code, in the order of the dashboard's rows."""
    return {row["code"]: Term(*_term(row)) for row in _read("modalities.json")["families"]}


@cache
def indication_groups() -> dict[str, Group]:
    """The 16 groups of indications by code (the simplified Chinese word)."""
    return {
        row["code"]: Group(*_term(row), tuple(Name(**item) for item in row["items"]))
        for row in _read("indication_groups.json")
    }


@cache
def stages() -> dict[str, Stage]:
    """The 19 stages by code, in order."""
    return {
        row["code"]: Stage(*_term(row), row["order"], row["column"], row["link"])
        for row in _read("stages.json")["stages"]
    }


@cache
def column_of(stage: str) -> str:
    """The column of the pipeline in which a stage stands; empty for one that is not known."""
    known = stages().get(stage)
    return known.column if known else ""


@cache
def links() -> dict[str, Term]:
    """The links of the value chain by code, from research to the market."""
    return {row["code"]: Term(*_term(row)) for row in _read("stages.json")["links"]}


@cache
def stage_columns() -> dict[str, Term]:
    """The columns of the dashboard by code, from left to right."""
    return {row["code"]: Term(*_term(row)) for row in _read("stages.json")["columns"]}


@cache
def project_statuses() -> dict[str, Term]:
    """The 7 statuses that people claim for a project, by code."""
    return {row["code"]: Term(*_term(row)) for row in _read("statuses.json")["project"]}


@cache
def milestone_statuses() -> dict[str, Term]:
    """The 7 statuses that an imported file may claim for a milestone, by code."""
    return {row["code"]: Term(*_term(row)) for row in _read("statuses.json")["milestone"]}


@cache
def donor_sources() -> dict[str, Donor]:
    """The 13 sources of cells by code."""
    return {row["code"]: Donor(*_term(row), tuple(row["aliases"])) for row in _read("donor_sources.json")}


@cache
def reasons() -> dict[str, Reason]:
    """Why dates move, by code."""
    return {row["code"]: Reason(*_term(row), row["chip"]) for row in _read("reasons.json")}


@cache
def templates() -> dict[str, Template]:
    """The six pathways by code (`A_drug` … `F_techtransfer`)."""
    found = {}
    for path in sorted((_FOLDER / "templates").glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        found[data["code"]] = Template(
            *_term(data),
            data["letter"],
            data["version"],
            tuple(template_step(row) for row in data["milestones"]),
        )
    return found


def template_step(row: Mapping[str, Any]) -> TemplateMilestone:
    """A step as it is stored, in the reference data and in the database."""
    duration = row["duration"]
    return TemplateMilestone(
        *_term(row),
        predecessors=tuple(row["predecessors"]),
        duration_min=duration["min"],
        duration_max=duration["max"],
        duration_unit=duration["unit"],
        gate=row["gate"],
        optional=row["optional"],
        evidence=tuple(Name(**item) for item in row["evidence"]),
        decider=Name(**row["decider"]),
        basis=row.get("basis", {}),
        criteria=tuple(_criterion(one) for one in row.get("criteria", ())),
        meaning=row.get("meaning", ""),
    )


def _criterion(row: Mapping[str, Any]) -> TemplateCriterion:
    basis = row.get("basis", {})
    return TemplateCriterion(
        Name(**row["name"]),
        tuple(row.get("evidence", ())),
        basis.get("kind", "other"),
        basis.get("confidence"),
        Name(**basis["text"]) if basis.get("text") else Name("", "", ""),
    )


def match(text: str, terms: Mapping[str, T]) -> T | None:
    """The term that a typed text means: its code, its label in any script, or an alias; else None."""
    if text in terms:
        return terms[text]
    wanted = folded(text)
    if not wanted:
        return None
    for term in terms.values():
        words = (term.code, term.name.hans, term.name.hant, term.name.en, *getattr(term, "aliases", ()))
        if wanted in map(folded, words):
            return term
    return None
