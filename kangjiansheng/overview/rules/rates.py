"""Transition rates: from which stage how large a share of programmes went on, of how many, and what that is worth.

Published sets are part of the package and never change; what people make of them are sets of their own.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from kangjiansheng.core.errors import RuleBroken

IND = "ind_submission_to_permission"
PRECLINICAL = "preclinical_to_phase1"
# The steps of a drug on its way, and the rate with which each is left for the next.
CLINICAL: Mapping[str, str] = {
    "PHASE_I": "phase1_to_2",
    "PHASE_II": "phase2_to_3",
    "PHASE_III": "phase3_to_filing",
    "BLA_REVIEW": "filing_to_approval",
}
TRANSITIONS = (PRECLINICAL, IND, *CLINICAL.values())
USUAL = "BIO_ALL"
CONFIDENCE = 0.95
_Z = 1.959963984540054  # the normal quantile that leaves 2.5 % on each side


@dataclass(frozen=True, slots=True)
class Rate:
    """The share `p` of `n` programmes that went on; `n` is None where nobody published it."""

    p: float
    n: int | None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95 % interval of the share; None without n."""
        return wilson(self.p, self.n) if self.n else None


@dataclass(frozen=True, slots=True)
class RateSet:
    """A named set of rates. `published`: the overall rate that its source states; `origin`: what an own set copies."""

    code: str
    name: Mapping[str, str]
    source: Mapping[str, str]  # empty for an own set whose source nobody wrote
    rates: Mapping[str, Rate]
    sources: Mapping[str, Mapping[str, str]]
    published: float | None = None
    publisher: str = ""
    origin: str | None = None
    retired: bool = False

    @property
    def own(self) -> bool:
        """True for a set that people of this installation made."""
        return self.origin is not None

    def loa(self, step: str) -> float:
        """The likelihood of approval from a clinical step, in four decimals as the sources give it."""
        steps = list(CLINICAL)
        return round(math.prod(self.rates[CLINICAL[s]].p for s in steps[steps.index(step) :]), 4)

    def put(self, transition: str, p: float) -> "RateSet":
        """The same set with one share replaced."""
        return replace(self, rates={**self.rates, transition: Rate(p, self.rates[transition].n)})


def wilson(p: float, n: int) -> tuple[float, float]:
    """Wilson's score interval (E. B. Wilson, JASA 1927) of a share p of n, at 95 %."""
    middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
    return max(0.0, middle - half), min(1.0, middle + half)


@cache
def _reference() -> Mapping[str, Any]:
    text = files("kangjiansheng.overview").joinpath("reference/rates.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def published() -> Mapping[str, RateSet]:
    """The published sets by code. Each has the two rates before phase I, which no set states, from one place."""
    known = _reference()
    early = {key: Rate(one["p"], one["n"]) for key, one in known["before_phase_1"].items()}
    found = {}
    for one in known["sets"]:
        rates = {**early, **{key: Rate(r["p"], r["n"]) for key, r in one["rates"].items()}}
        found[one["code"]] = RateSet(
            code=one["code"],
            name=one["name"],
            source=one["source"],
            rates={key: rates[key] for key in TRANSITIONS},
            sources={key: early["source"] for key, early in known["before_phase_1"].items()},
            published=one["published"],
            publisher=one["publisher"],
        )
    return found


def overall() -> tuple[list[Mapping[str, Any]], Mapping[str, str]]:
    """Published likelihoods from phase I to approval that come without steps, and their source: to compare with."""
    known = _reference()
    return known["overall"], known["overall_source"]


def own_set(code: str, state: Mapping[str, Any]) -> RateSet:
    """An own set from the state that its row or a revision holds."""
    origin = published()[state["origin"]]
    words = {script: state["source"] for script in ("hans", "hant", "en")}
    return RateSet(
        code=code,
        name={"hans": state["name_hans"], "hant": state["name_hant"], "en": state["name_en"]},
        source=words if state["source"] else {},
        rates={key: Rate(state["rates"][key]["p"], state["rates"][key]["n"]) for key in TRANSITIONS},
        sources={
            key: origin.sources[key] for key in origin.sources if not changed(state["rates"], origin, key)
        },
        published=None,
        origin=origin.code,
        retired=state["retired"],
    )


def changed(rates: Mapping[str, Mapping[str, Any]], origin: RateSet, key: str) -> bool:
    """True when a rate is not the one of the set that was copied."""
    was = origin.rates[key]
    return (rates[key]["p"], rates[key]["n"]) != (was.p, was.n)


def check(rates: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse shares outside 0 to 1, counts below 1, and a set that lacks a transition."""
    for key in TRANSITIONS:
        rate = rates.get(key)
        if rate is None or rate["p"] is None or not 0 <= rate["p"] <= 1:
            raise RuleBroken("overview:rate-share", f"p_{key}")
        if rate["n"] is not None and not 1 <= rate["n"] <= 1_000_000:
            raise RuleBroken("overview:rate-count", f"n_{key}")
    if rates[PRECLINICAL]["p"] > rates[IND]["p"]:
        raise RuleBroken("overview:rate-order", f"p_{PRECLINICAL}")
