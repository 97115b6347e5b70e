"""The European Union's CTIS: one trial as JSON."""

from typing import Any

from kangjiansheng.projects.rules.trials import meaning
from kangjiansheng.projects.rules.trials.node import part, parts, unknown, word, words
from kangjiansheng.projects.rules.trials.record import Trial

_ONE = "authorizedApplication.authorizedPartI"
_DETAILS = f"{_ONE}.trialDetails"
_IDENTIFIERS = f"{_DETAILS}.clinicalTrialIdentifiers"
_DURATION = f"{_DETAILS}.trialInformation.trialDuration"
_LEFT, _READ, _DEEP = "left", "read", "deep"
_SECONDARY = {"nctNumber": "NCT", "isrctnNumber": "ISRCTN", "whoUniversalTrialNumber": "UTN"}
_PRODUCT_NAMES = ("productName", "prodName", "activeSubstanceName", "actSubstName", "nameOfActiveSubstance")
_TOP = (
    "ctNumber ctStatus ctPublicStatusCode startDateEU endDateEU endDate decisionDate decisionDateOverall publishDate "
    "shortTitle ctTitle sponsor sponsorType trialPhase conditions totalNumberEnrolled lastUpdated lastPublicationUpdate "
    "trialRegion trialRegionCode ageGroup ageRangeSecondary gender product resultsFirstReceived _id ctrname record_last_import"
)
# What a trial can have down to where it is read; a field outside is reported with its path.
KNOWN: dict[str, Any] = {
    **dict.fromkeys(
        _TOP.split(),
        _READ,
    ),
    **dict.fromkeys(["trialCountries", "therapeuticAreas", "primaryEndPoint", "endPoint"], _DEEP),
    **dict.fromkeys(["events", "results", "documents", "correctiveMeasures"], _LEFT),
    "authorizedApplication": {
        **dict.fromkeys(["applicationInfo", "memberStatesConcerned"], _LEFT),
        "eudraCt": dict.fromkeys(["isTransitioned", "eudraCtCode"], _READ),
        "authorizedPartsII": _LEFT,
        "authorizedPartI": {
            **dict.fromkeys(["id", "rowSubjectCount"], _READ),
            **dict.fromkeys(["products", "medicalConditions", "sponsors"], _DEEP),
            **dict.fromkeys(
                ["isLowIntervention", "trialCategoryCode", "trialCategoryJustificationComment"], _READ
            ),
            **dict.fromkeys(["assessmentOutcome", "assessmentOutcomeDate", "conclusionDate"], _READ),
            **dict.fromkeys(["productRoleGroupInfos", "therapeuticAreas", "partOneTherapeuticAreas"], _LEFT),
            "trialDetails": {
                "clinicalTrialIdentifiers": {
                    **dict.fromkeys(["fullTitle", "publicTitle", "shortTitle", "id"], _READ),
                    **dict.fromkeys(
                        ["fullTitleTranslations", "publicTitleTranslations", "shortTitleTranslations"], _LEFT
                    ),
                    "secondaryIdentifyingNumbers": {
                        **dict.fromkeys([*_SECONDARY, "additionalRegistries"], _DEEP),
                        **dict.fromkeys(["id", "sponsorProtocolNumber"], _READ),
                    },
                },
                "trialInformation": {
                    "trialCategory": _DEEP,
                    "medicalCondition": _DEEP,
                    "trialDuration": dict.fromkeys(
                        ["id", "estimatedRecruitmentStartDate", "estimatedEndDate", "estimatedGlobalEndDate"],
                        _READ,
                    ),
                    **dict.fromkeys(["trialObjective", "eligibilityCriteria", "endPoint"], _LEFT),
                    **dict.fromkeys(
                        ["populationOfTrialSubjects", "individualParticipantData", "sourceOfMonetarySupport"],
                        _LEFT,
                    ),
                },
                **dict.fromkeys(
                    [
                        "protocolInformation",
                        "scientificAdviceAndPip",
                        "associatedClinicalTrials",
                        "references",
                        "countriesOutsideEEA",
                    ],
                    _LEFT,
                ),
            },
        },
    },
}


def is_one(record: Any) -> bool:
    """Whether this is a trial of this registry."""
    return isinstance(record, dict) and "ctNumber" in record


def steady(record: dict[str, Any]) -> dict[str, Any]:
    """The record without what changes with each download."""
    return {
        key: value for key, value in record.items() if key not in ("_id", "ctrname", "record_last_import")
    }


def read(record: dict[str, Any], place: str) -> Trial:
    """Read one trial. Nothing in it makes this fail: what cannot be read is remarked."""
    trial = Trial("ctis", "EUCT", place)
    _identify(trial, record)
    _people(trial, record)
    _dates(trial, record)
    conditions = f"{_DETAILS}.trialInformation.medicalCondition.partIMedicalConditions"
    trial.conditions = words(record, conditions, "medicalCondition") or words(record, "conditions")
    trial.interventions = list(dict.fromkeys(_products(part(record, f"{_ONE}.products"))))
    trial.enrolment = word(record, "totalNumberEnrolled")
    _meaning(trial, record)
    trial.unread(unknown(record, KNOWN))
    return trial


def _identify(trial: Trial, record: Any) -> None:
    meaning.own_number(trial, "ctNumber", word(record, "ctNumber"))
    identifiers = part(record, _IDENTIFIERS)
    trial.official_title = word(identifiers, "fullTitle") or word(record, "ctTitle")
    trial.title = word(identifiers, "publicTitle") or trial.official_title or word(record, "shortTitle")
    here = f"{_IDENTIFIERS}.secondaryIdentifyingNumbers"
    for key, register in _SECONDARY.items():
        found = part(record, f"{here}.{key}")
        typed = word(found, "number") if isinstance(found, dict) else word(found) if found else ""
        meaning.other_number(trial, f"{here}.{key}", typed, register)
    for place, item in enumerate(parts(record, f"{here}.additionalRegistries")):
        typed = word(item, "number") if isinstance(item, dict) else word(item)
        meaning.other_number(trial, f"{here}.additionalRegistries[{place}]", typed)
    code = "authorizedApplication.eudraCt.eudraCtCode"
    meaning.other_number(trial, code, word(record, code), "EUDRACT")
    meaning.other_number(trial, "shortTitle", word(identifiers, "shortTitle"))


def _people(trial: Trial, record: Any) -> None:
    sponsors = parts(record, f"{_ONE}.sponsors")
    first = sorted(sponsors, key=lambda one: part(one, "primary") is not True)
    names = list(dict.fromkeys(filter(None, (word(one, "organisation.name") for one in first))))
    trial.sponsor = names[0] if names else word(record, "sponsor")
    trial.collaborators = names[1:]
    said = part(first[0], "isCommercial") if first else None
    trial.industry = said is True or (said is None and "compan" in word(record, "sponsorType").casefold())
    sites = (
        word(site, "organisationAddressInfo.organisation.name")
        for state in parts(record, "authorizedApplication.authorizedPartsII")
        for site in parts(state, "trialSites")
    )
    trial.institutions = list(dict.fromkeys(filter(None, sites)))


def _dates(trial: Trial, record: Any) -> None:
    pairs = {
        "start": [("startDateEU", "actual"), (f"{_DURATION}.estimatedRecruitmentStartDate", "planned")],
        "completion": [
            ("endDateEU", "actual"),
            ("endDate", "actual"),
            (f"{_DURATION}.estimatedGlobalEndDate", "planned"),
            (f"{_DURATION}.estimatedEndDate", "planned"),
        ],
        "stated_on": [("lastUpdated", ""), ("publishDate", "")],
    }
    for name, places in pairs.items():
        path, kind = next(((path, kind) for path, kind in places if word(record, path)), ("", ""))
        trial.day(name, path, word(record, path) if path else "", kind)


def _products(found: Any) -> list[str]:
    """The names of products and active substances, however deep they stand."""
    names, waiting = [], [found]
    while waiting:
        here = waiting.pop(0)
        if isinstance(here, list):
            waiting.extend(here)
        elif isinstance(here, dict):
            names += [name for key in _PRODUCT_NAMES if (name := word(here, key))]
            waiting.extend(value for value in here.values() if isinstance(value, dict | list))
    return names


def _meaning(trial: Trial, record: Any) -> None:
    status = word(record, "ctPublicStatusCode") or word(record, "ctStatus")
    meaning.claimed(trial, "ctStatus", status)
    stated, path = word(record, "trialPhase"), "trialPhase"
    found = meaning.phases(stated) if stated else None
    if not stated:
        path = f"{_DETAILS}.trialInformation.trialCategory.trialPhase"
        stated = word(record, path)
        found = meaning.reference()["ctis_phases"].get(stated) if stated else ()
    meaning.stage(trial, path, stated, found)
    meaning.modality(trial, f"{_ONE}.products")
    meaning.group(trial, f"{_DETAILS}.trialInformation.medicalCondition")
