"""ClinicalTrials.gov, API version 2: one study as JSON."""

from typing import Any

from kangjiansheng.projects.rules.trials import meaning
from kangjiansheng.projects.rules.trials.node import part, parts, unknown, word, words
from kangjiansheng.projects.rules.trials.record import Trial

_PROTOCOL = "protocolSection"
_DAY = {"date": "read", "type": "read"}
_DATES = {
    "start": "startDateStruct",
    "primary_completion": "primaryCompletionDateStruct",
    "completion": "completionDateStruct",
    "first_posted": "studyFirstPostDateStruct",
}
_KINDS = {"ACTUAL": "actual", "ESTIMATED": "planned", "ANTICIPATED": "planned"}
_REGISTERS = {"EUDRACT_NUMBER": "EUDRACT", "CTIS": "EUCT", "EU_CT_NUMBER": "EUCT"}
_LEFT = "left"
_READ = "read"
# What a study can have, as the registry documents it: a field outside is reported with its path.
KNOWN: dict[str, Any] = {
    "protocolSection": {
        "identificationModule": {
            **dict.fromkeys(["nctId", "nctIdAliases", "briefTitle", "officialTitle", "acronym"], _READ),
            "orgStudyIdInfo": dict.fromkeys(["id", "type", "link"], _READ),
            "secondaryIdInfos": dict.fromkeys(["id", "type", "domain", "link"], _READ),
            "organization": dict.fromkeys(["fullName", "class"], _READ),
        },
        "statusModule": {
            **dict.fromkeys(["overallStatus", "lastKnownStatus", "whyStopped", "statusVerifiedDate"], _READ),
            **dict.fromkeys([*_DATES.values(), "lastUpdatePostDateStruct"], _DAY),
            **dict.fromkeys(["resultsFirstPostDateStruct", "dispFirstPostDateStruct"], _DAY),
            **dict.fromkeys(
                ["studyFirstSubmitDate", "studyFirstSubmitQcDate", "lastUpdateSubmitDate"], _READ
            ),
            **dict.fromkeys(["resultsFirstSubmitDate", "resultsFirstSubmitQcDate", "resultsWaived"], _READ),
            **dict.fromkeys(["dispFirstSubmitDate", "dispFirstSubmitQcDate", "delayedPosting"], _READ),
            "expandedAccessInfo": _LEFT,
        },
        "sponsorCollaboratorsModule": {
            "responsibleParty": _LEFT,
            "leadSponsor": dict.fromkeys(["name", "class"], _READ),
            "collaborators": dict.fromkeys(["name", "class"], _READ),
        },
        "conditionsModule": dict.fromkeys(["conditions", "keywords"], _READ),
        "designModule": {
            **dict.fromkeys(["studyType", "phases", "targetDuration", "patientRegistry"], _READ),
            **dict.fromkeys(
                ["designInfo", "bioSpec", "expandedAccessTypes", "nPtrsToThisExpAccNctId"], _LEFT
            ),
            "enrollmentInfo": dict.fromkeys(["count", "type"], _READ),
        },
        "armsInterventionsModule": {
            "armGroups": _LEFT,
            "interventions": dict.fromkeys(
                ["type", "name", "description", "armGroupLabels", "otherNames"], _READ
            ),
        },
        "contactsLocationsModule": {
            **dict.fromkeys(["centralContacts", "overallOfficials"], _LEFT),
            "locations": {
                **dict.fromkeys(
                    ["facility", "status", "city", "state", "zip", "country", "countryCode"], _READ
                ),
                **dict.fromkeys(["contacts", "geoPoint"], "deep"),
            },
        },
        **dict.fromkeys(
            ["oversightModule", "descriptionModule", "outcomesModule", "eligibilityModule"], _LEFT
        ),
        **dict.fromkeys(["referencesModule", "ipdSharingStatementModule"], _LEFT),
    },
    **dict.fromkeys(["resultsSection", "annotationSection", "documentSection", "derivedSection"], _LEFT),
    # The last three are what tools that collect records put beside them.
    **dict.fromkeys(["hasResults", "_id", "ctrname", "record_last_import"], _READ),
}


def is_one(record: Any) -> bool:
    """Whether this is a study of this registry."""
    return isinstance(part(record, _PROTOCOL), dict)


def steady(record: dict[str, Any]) -> dict[str, Any]:
    """The record without what changes with each download."""
    return {
        key: value
        for key, value in record.items()
        if key in (_PROTOCOL, "resultsSection", "annotationSection", "documentSection")
    }


def read(record: dict[str, Any], place: str) -> Trial:
    """Read one study. Nothing in it makes this fail: what cannot be read is remarked."""
    trial = Trial("ctgov", "NCT", place)
    protocol = part(record, _PROTOCOL)
    _identify(trial, part(protocol, "identificationModule"))
    _people(trial, protocol)
    _dates(trial, part(protocol, "statusModule"))
    trial.conditions = words(protocol, "conditionsModule.conditions")
    trial.interventions = _interventions(protocol)
    design = part(protocol, "designModule")
    trial.study_type = word(design, "studyType")
    trial.enrolment = word(design, "enrollmentInfo.count")
    _meaning(trial, protocol)
    trial.unread(unknown(record, KNOWN))
    return trial


def _identify(trial: Trial, found: Any) -> None:
    here = f"{_PROTOCOL}.identificationModule"
    meaning.own_number(trial, f"{here}.nctId", word(found, "nctId"))
    trial.title, trial.official_title = word(found, "briefTitle"), word(found, "officialTitle")
    for place, item in enumerate(parts(found, "secondaryIdInfos")):
        register = _REGISTERS.get(word(item, "type"))
        meaning.other_number(trial, f"{here}.secondaryIdInfos[{place}].id", word(item, "id"), register)
    meaning.other_number(trial, f"{here}.orgStudyIdInfo.id", word(found, "orgStudyIdInfo.id"))


def _people(trial: Trial, protocol: Any) -> None:
    lead = part(protocol, "sponsorCollaboratorsModule.leadSponsor")
    trial.sponsor = word(lead, "name")
    trial.industry = word(lead, "class") == "INDUSTRY"
    trial.collaborators = words(protocol, "sponsorCollaboratorsModule.collaborators", "name")
    trial.institutions = words(protocol, "contactsLocationsModule.locations", "facility")


def _dates(trial: Trial, status: Any) -> None:
    here = f"{_PROTOCOL}.statusModule"
    for name, key in _DATES.items():
        stated = word(status, f"{key}.type")
        if stated and stated not in _KINDS:
            trial.remark("value-unknown", f"{here}.{key}.type", stated)
        # A date of posting is never planned: ESTIMATED there means that the registry worked it out afterwards.
        kind = "actual" if name == "first_posted" else _KINDS.get(stated, "")
        trial.day(name, f"{here}.{key}.date", word(status, f"{key}.date"), kind)
    posted = word(status, "lastUpdatePostDateStruct.date")
    path = "lastUpdatePostDateStruct.date" if posted else "lastUpdateSubmitDate"
    trial.day("stated_on", f"{here}.{path}", posted or word(status, path))


def _interventions(protocol: Any) -> list[str]:
    found = parts(protocol, "armsInterventionsModule.interventions")
    return list(dict.fromkeys(name for item in found for name in [word(item, "name")] if name))


def _meaning(trial: Trial, protocol: Any) -> None:
    status = word(protocol, "statusModule.overallStatus")
    meaning.claimed(trial, f"{_PROTOCOL}.statusModule.overallStatus", status)
    stated = words(protocol, "designModule.phases")
    found: set[int] | None = set()
    for one in stated:
        read_ = meaning.phases(one)
        found = None if found is None or read_ is None else found | set(read_)
    meaning.stage(
        trial, f"{_PROTOCOL}.designModule.phases", ", ".join(stated), None if found is None else sorted(found)
    )
    if status == "APPROVED_FOR_MARKETING":
        trial.stage = "APPROVED"
    meaning.modality(trial, f"{_PROTOCOL}.armsInterventionsModule.interventions")
    meaning.group(trial, f"{_PROTOCOL}.conditionsModule.conditions")
