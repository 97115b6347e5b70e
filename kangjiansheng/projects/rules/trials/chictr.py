"""The Chinese Clinical Trial Registry: trials as XML, in the form that registries hand to the WHO."""

from typing import Any
from xml.etree.ElementTree import Element

from kangjiansheng.projects.rules.trials import meaning
from kangjiansheng.projects.rules.trials.node import part, parts, unknown, word, words
from kangjiansheng.projects.rules.trials.record import Trial

ROOTS = ("triallist", "trials", "trial")
ITEMS = ("trial", "triall")  # the second is how some exports spell it
DEEPEST = 40
_LEFT, _READ = "left", "read"
_KINDS = {
    "actual": "actual",
    "实际": "actual",
    "anticipated": "planned",
    "预计": "planned",
    "计划": "planned",
}
_MAIN = (
    "trial_id utrn reg_name date_registration primary_sponsor public_title acronym scientific_title "
    "scientific_acronym date_enrolment type_enrolment target_size recruitment_status url study_type study_design "
    "phase hc_freetext i_freetext results_actual_enrolment results_date_completed results_url_link "
    "last_refreshed_on date_updated registration_status"
)
_RESULTS = (
    "results_summary results_date_posted results_date_first_publication results_baseline_char "
    "results_participant_flow results_adverse_events results_outcome_measures results_url_protocol "
    "results_ipd_plan results_ipd_description"
)
# What a trial can have; a field outside is reported with its path. Names are compared in lower case.
KNOWN: dict[str, Any] = {
    "main": {
        **dict.fromkeys(
            _MAIN.split(),
            _READ,
        ),
        **dict.fromkeys(
            _RESULTS.split(),
            _LEFT,
        ),
    },
    **dict.fromkeys(["contacts", "countries", "criteria", "primary_outcome", "secondary_outcome"], _LEFT),
    **dict.fromkeys(["health_condition_code", "intervention_code"], _LEFT),
    "health_condition_keyword": {"hc_keyword": _READ},
    "intervention_keyword": {"i_keyword": _READ},
    "secondary_sponsor": {"sponsor_name": _READ},
    "source_support": {"source_name": _READ},
    "secondary_ids": {"secondary_id": {"sec_id": _READ, "issuing_authority": _READ}},
    "ethics_reviews": _LEFT,
}


def plain(element: Element, depth: int = 0) -> Any:
    """An element as text, or as a mapping from its children's names in lower case to them."""
    if not len(element) or depth > DEEPEST:
        return (element.text or "").strip()
    found: dict[str, Any] = {}
    for child in element:
        if not isinstance(child.tag, str):
            continue
        name, value = local(child), plain(child, depth + 1)
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found


def local(element: Element) -> str:
    """The name of an element in lower case, without its namespace; a comment has none."""
    return "" if not isinstance(element.tag, str) else element.tag.rsplit("}", 1)[-1].casefold()


def is_one(record: Any) -> bool:
    """Whether this is a trial in the form of this registry."""
    return isinstance(part(record, "main"), dict)


def steady(record: dict[str, Any]) -> dict[str, Any]:
    """The record without what changes with each download: nothing does."""
    return record


def read(record: dict[str, Any], place: str) -> Trial:
    """Read one trial. Nothing in it makes this fail: what cannot be read is remarked."""
    trial = Trial("chictr", "CHICTR", place)
    main = part(record, "main")
    meaning.own_number(trial, "main.trial_id", word(main, "trial_id"))
    trial.title = word(main, "public_title") or word(main, "scientific_title")
    trial.official_title = word(main, "scientific_title")
    trial.study_type, trial.enrolment = word(main, "study_type"), word(main, "target_size")
    trial.sponsor = word(main, "primary_sponsor")
    trial.industry = meaning.is_company(trial.sponsor)
    # Whose the study is stands as sponsor; the registry names no other place of research.
    trial.collaborators = words(record, "secondary_sponsor.sponsor_name")
    trial.conditions = _together(main, "hc_freetext", record, "health_condition_keyword.hc_keyword")
    trial.interventions = _together(main, "i_freetext", record, "intervention_keyword.i_keyword")
    _numbers(trial, record)
    _dates(trial, main)
    meaning.claimed(trial, "main.recruitment_status", word(main, "recruitment_status"))
    meaning.stage(trial, "main.phase", word(main, "phase"), meaning.phases(word(main, "phase")))
    meaning.modality(trial, "main.i_freetext")
    meaning.group(trial, "main.hc_freetext")
    trial.unread(unknown(record, KNOWN))
    return trial


def _together(main: Any, key: str, record: Any, keywords: str) -> list[str]:
    return list(dict.fromkeys([*filter(None, [word(main, key)]), *words(record, keywords)]))


def _numbers(trial: Trial, record: Any) -> None:
    meaning.other_number(trial, "main.utrn", word(record, "main.utrn"), "UTN")
    for place, item in enumerate(parts(record, "secondary_ids.secondary_id")):
        typed = word(item, "sec_id") if isinstance(item, dict) else word(item)
        meaning.other_number(trial, f"secondary_ids.secondary_id[{place}]", typed)


def _dates(trial: Trial, main: Any) -> None:
    trial.day("first_posted", "main.date_registration", word(main, "date_registration"), "actual")
    kind = word(main, "type_enrolment").casefold()
    if kind and kind not in _KINDS:
        trial.remark("value-unknown", "main.type_enrolment", kind)
    trial.day("start", "main.date_enrolment", word(main, "date_enrolment"), _KINDS.get(kind, ""))
    done = word(main, "results_date_completed")
    trial.day("completion", "main.results_date_completed", done, "actual")
    version = "last_refreshed_on" if word(main, "last_refreshed_on") else "date_updated"
    trial.day("stated_on", f"main.{version}", word(main, version))
