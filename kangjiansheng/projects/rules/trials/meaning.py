"""What a record's own words mean in our vocabulary. The words stand in the reference data."""

import json
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from kangjiansheng.core import text
from kangjiansheng.projects.rules import registry
from kangjiansheng.projects.rules.trials.record import Trial
from kangjiansheng.projects.rules.vocabulary import folded

_FILE = Path(__file__).parents[2] / "reference" / "trials.json"
_STAGES = {(1,): "PHASE_I", (1, 2): "PHASE_I_II", (2,): "PHASE_II", (2, 3): "PIVOTAL_II", (3,): "PHASE_III"}
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_NUMERAL = re.compile(r"(?<![a-z0-9])(iv|i{1,3}|[0-4])(?:[ab])?(?![a-z0-9])")
_NO_PHASE = re.compile(r"^(na|n/a|not applicable|not selected|others?|其它|其他|其它/其他|不适用)?$")
_BEFORE_PHASES = re.compile(
    r"early|pilot|exploratory study|探索|预试验|治疗新技术|new treatment measure|^0$|phase 0"
)
_AFTER_APPROVAL = re.compile(r"post[ -]?market|上市后")
UNCLASSIFIED = "UNCLASSIFIED"
_COMPANY = re.compile(
    r"公司|集团|药业|\b(inc|ltd|llc|gmbh|corp|corporation|company|pharma\w*|biotech\w*|therapeutics|biosciences|s\.?a\.?|plc|ag)\b",
    re.I,
)


@cache
def reference() -> dict[str, Any]:
    """The words of the registries and what they mean here."""
    found: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return found


@cache
def _patterns(name: str) -> list[tuple[str, re.Pattern[str]]]:
    return [(code, re.compile(pattern, re.I | re.A)) for code, pattern in reference()[name]]


def is_company(name: str) -> bool:
    """Whether a sponsor's name looks like that of a company, where the record does not say."""
    return bool(_COMPANY.search(name))


def claimed(trial: Trial, path: str, stated: str) -> None:
    """The status: of people for their project; a word that is not known, or says nothing, counts as active."""
    trial.status = reference()["status_words"].get(stated, stated) if trial.format == "ctis" else stated
    words = {folded(word): status for word, status in reference()["statuses"][trial.format].items()}
    known = _status_of(stated, words)
    if not stated or known == "":
        trial.remark("status-unstated", path, stated)
    elif known is None:
        trial.remark("value-unknown", path, stated)
    trial.claimed = known or "ACTIVE"


def _status_of(stated: str, words: dict[str, str]) -> str | None:
    """A status by its word, also where a registry writes two languages side by side."""
    if folded(stated) in words:
        return words[folded(stated)]
    halves = (folded(part) for part in re.split(r"[/|;；]|(?<=[\u4e00-\u9fff])\s+(?=[A-Za-z])", stated))
    return next((words[half] for half in halves if half in words), None)


def phases(stated: str) -> tuple[int, ...] | None:
    """The phases that a text names (0 before the first, 4 after approval); () for none, None when unreadable."""
    low = text.line(unicodedata.normalize("NFKC", stated)).casefold().replace("期", " ").replace("_", " ")
    low = re.sub(r"phase(?=[0-9])", "phase ", low)
    if _NO_PHASE.fullmatch(low.strip()):
        return ()
    if _BEFORE_PHASES.search(low.strip()):
        return (0,)
    found = {_ROMAN[one] if one in _ROMAN else int(one) for one in _NUMERAL.findall(low)}
    if _AFTER_APPROVAL.search(low):
        found.add(4)
    return tuple(sorted(found)) or None


def stage(trial: Trial, path: str, stated: str, found: Iterable[int] | None) -> None:
    """The stage that phases mean: none and 0 are studies of investigators, 4 is after approval."""
    trial.phase = stated
    named = None if found is None else tuple(found)
    if named is None:
        trial.remark("value-unknown", path, stated)
    elif named == (2, 3):
        trial.remark("phase-between", path, stated)
    elif not named:
        trial.remark("phase-unstated", path, stated)
    if named and named[-1] == 4:
        trial.stage = "MARKETED"
    else:
        trial.stage = _STAGES.get(named or (), "IIT")


def modality(trial: Trial, path: str) -> None:
    """The kind of therapy, from the interventions and titles; what is no cell therapy stays unclassified."""
    said = unicodedata.normalize(
        "NFKC", " \n".join([*trial.interventions, trial.title, trial.official_title])
    )
    value = "; ".join(trial.interventions) or trial.title
    for code, pattern in _patterns("modalities"):
        if pattern.search(said):
            trial.modality = code
            return
    for code, pattern in _patterns("unsourced"):
        if pattern.search(said):
            trial.modality = code
            trial.remark("donor-unstated", path, value)
            return
    trial.modality = UNCLASSIFIED
    trial.remark("modality-unknown", path, value)


def group(trial: Trial, path: str) -> None:
    """The group of indications: of the first condition that belongs to one."""
    for condition in [*trial.conditions, trial.title]:
        for code, pattern in _patterns("groups"):
            if pattern.search(condition):
                trial.group = code
                return
    trial.remark("group-unknown", path, "; ".join(trial.conditions))


def own_number(trial: Trial, path: str, typed: str) -> None:
    """The number of the record itself; a wrong format is noted and does no harm."""
    if not typed:
        return
    trial.number = registry.check(trial.register, typed)
    if trial.number.problem:
        trial.remark("number-format", path, typed, register=trial.register)


def other_number(trial: Trial, path: str, typed: str, register: str | None = None) -> None:
    """A further number: taken over where it belongs to a register of trials that we know, else only kept."""
    if not typed:
        return
    if register is not None and registry.check(register, typed).ok:
        found = [registry.check(register, typed)]
    else:
        known = registry.registries()
        found = [one for one in registry.recognise(typed) if known[one.registry].of_trials]
        if register is not None and not found:
            trial.remark("number-format", path, typed, register=register)
    for number in found:
        if number.normal not in [one.normal for one in trial.numbers]:
            trial.others.append(number)
    if not found and typed not in trial.other_ids:
        trial.other_ids.append(typed)
