"""What a program may change it may read: each field of a PATCH stands in what GET gives at the same address.

A field that GET tells under another name is named in TOLD, with where it stands; an address that is read as a part of
another one is named in READ_AT; what is not told has its reason in NOT_TOLD. Whatever stands there needlessly fails, too.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Flask

from kangjiansheng.core.rest import describing
from kangjiansheng.core.rest.filling import NOT_SENT, declared
from kangjiansheng.core.rest.reads import Read
from kangjiansheng.core.rest.shapes import Schema, schemas

NAMES = {"name_hans": "zh-Hans", "name_hant": "zh-Hant", "name_en": "en"}  # within `names`, or `name`
MILESTONE = "/{of}/{code}/milestones/{milestone_code}"
TOLD: Mapping[str, Mapping[str, str]] = {
    "/institutions/{code}": {
        "alias_lines": "aliases",
        "role_hans": "description",
        "sector_codes": "sectors",
    },
    "/agreements/{code}": {
        "clause_lines": "clauses.text",
        "stated_lines": "stated",
        "not_stated_lines": "not_stated",
        "parent_code": "parent",
        "signatory_codes": "parties.capacity",
        "implementing_codes": "parties.capacity",
        "witness_codes": "parties.capacity",
    },
    "/labs/{code}": {
        "agreement_code": "agreement",
        "lead_code": "partners.role",
        "partner_codes": "partners.role",
    },
    "/labs/{code}/papers/{number}": {"holder_id": "holder"},
    "/obligations/{code}": {
        "agreement_code": "agreement",
        "clause_number": "clause",
        "creditor_code": "creditor.code",
        "debtor_code": "debtor.code",
        "owner_email": "owner.code",
    },
    "/resources/{code}": {"institution_code": "institution.code", "lab_code": "lab.code"},
    "/resources/{code}/bookings/{number}": {
        "day": "starts_at",
        "from_hour": "starts_at",
        "to_hour": "ends_at",
        "until": "ends_at",
    },
    "/residents/{code}": {
        "companion_email": "companion.code",
        "contact_lines": "contacts",
        "institution_code": "institution.code",
        "since": "stage_since",
    },
    "/residents/{code}/contacts/{number}": {"request_number": "request"},
    "/residents/{code}/leases/{number}": {"floor_code": "floor"},
    "/residents/{code}/requests/{number}": {
        "answer_days": "promised_on",  # counted from the day on which it was asked for
        "provider_code": "provider_institution.code",
        "provider_email": "provider.code",
    },
    "/projects/{code}": {
        "claimed": "claimed_status",
        "indication_hans": "indication",
        "indication_hant": "indication",
        "indication_en": "indication",
        "lead_lab": "labs.leads",
    },
    "/projects/{code}/risks/{number}": {"owner_id": "owner"},
    "/projects/{code}/validity/{number}": {"label": "names"},
    "/asks/{code}": {"from_code": "asker.code", "to_code": "asked.code", "project_code": "project"},
    "/hand-offs/{code}": {"day": "asked_on", "giver_id": "giver.code", "receiver_id": "receiver.code"},
    "/results/{code}": {
        "company_ids": "companies.code",
        "institution_id": "institution.code",
        "project_id": "project.code",
    },
    "/committees/{code}/templates/{number}": {
        "name_hans": "name.hans",
        "name_hant": "name.hant",
        "items_of": "items",
    },
    "/committees/{code}/imports/{number}": {"mode": "names.mode", "who": "names.person_id"},
    "/meetings/{code}/items/{number}": {"name_hans": "name.hans", "name_hant": "name.hant"},
    "/meetings/{code}/floor/stays/{number}": {"came": "came_at", "left": "left_at"},
    "/overview/rates/{code}": {"p_*": "rates.p", "n_*": "rates.n"},
    "/projects/{code}/value": {
        "costs_*": "entered.costs",
        "first_*": "entered.costs",
        "revenue_*": "entered.revenue",
        "yearly": "entered.revenue.amounts",
        **{name: f"entered.revenue.{name}" for name in ("peak", "rise", "hold")},
        **{name: f"entered.{name}" for name in ("basis", "discount", "illustrative", "reason")},
    },
}
# PATCH of → the GET by which it is read, and where there.
READ_AT: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "/labs/{code}/partners/{partner}": ("/labs/{code}", {"contribution": "partners.contribution"}),
    f"{MILESTONE}/schedule": (
        "/{of}/{code}/schedule",
        {"duration": "data.duration", "unit": "data.unit", "waits": "data.waits_for.milestone"},
    ),
    "/meetings/{code}/minutes/comments/{number}": (
        "/meetings/{code}/minutes/opinions",
        {"text": "data.comments.text"},
    ),
}
AT_THE_BEGINNING = "asked when a plan is begun, and of nothing that is there"
OF_THE_CHANGE = "why something is changed: its history tells"
OF_A_STEP = "the steps of a version are read with it, as objects that docs/api.md leaves open"
HOW_IT_IS_READ = "how the pieces of a file are to be read, said for this one time"
# What committees do not tell yet: the charter, place and hours of a meeting, who presents an item, the votes that minutes
# state. An entry may stand here after it is told: whoever tells it takes it out.
COMMITTEE = "not told yet"
NOT_TOLD: Mapping[str, Mapping[str, str]] = {
    "/labs/{code}": {"start": AT_THE_BEGINNING},
    "/projects/{code}": dict.fromkeys(("start", "typical", "optional", "past_ok"), AT_THE_BEGINNING),
    "/resources/{code}/bookings/{number}": {
        "project": "of a floor above: told by /projects/{code}/around to who sees both"
    },
    f"{MILESTONE}/schedule": dict.fromkeys(NAMES, f"of the milestone itself: {MILESTONE}"),
    f"{MILESTONE}/criteria/{{number}}": {"position": "the order of the list"},
    "/templates/{code}/{number}/steps/{milestone_code}": {"*": OF_A_STEP},
    "/templates/{code}/{number}/steps/{milestone_code}/criteria/{place}": {"*": OF_A_STEP},
    "/overview/rates/{code}": {"reason": OF_THE_CHANGE},
    "/committees/{code}": dict.fromkeys(
        (
            "abstentions_count", "approval_members", "default_consent*", "deputies", "deputy_among", "lab", "majority_*",
            "minutes_pattern", "nature", "outcome_pattern", "quorum_*", "second_step", "short_hans",
        ),
        COMMITTEE,
    ),
    "/committees/{code}/imports/{number}": {
        **dict.fromkeys(("act", "aside", "asides", "other"), HOW_IT_IS_READ),
        **dict.fromkeys(("starts", "ends", "running_no"), COMMITTEE),
    },
    "/meetings/{code}": dict.fromkeys(("place", "starts", "ends"), COMMITTEE),
    "/meetings/{code}/items/{number}": dict.fromkeys(("presenter", "presenter_id"), COMMITTEE),
    "/meetings/{code}/minutes/paragraphs/{public_id}": dict.fromkeys(
        ("votes_for", "votes_against", "abstentions", "recused"), COMMITTEE
    ),
}  # fmt: skip


def keys(schema: Schema, within: tuple[str, ...] = ()) -> set[str]:
    """All keys of an answer with those that lie within them: `parties`, `parties.capacity`. What stands in `data` of one
    thing stands there as if it were the answer."""
    found: set[str] = set()
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return set() if name in within else keys(schemas()[name], (*within, name))
    for one in [*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else [])]:
        found |= keys(one, within)
    for key, inner in schema.get("properties", {}).items():
        below = keys(inner, within)
        found |= {key, *(f"{key}.{one}" for one in below)}
        if key == "data" and "items" not in inner:
            found |= below
    return found


def known(where: Mapping[str, str], field: str) -> str | None:
    """The entry of a list that is about a field: `p_*` is about all that begin so."""
    return next((one for one in where if re.fullmatch(re.escape(one).replace(r"\*", ".*"), field)), None)


def changed(app: Flask) -> Iterator[tuple[str, list[str]]]:
    """The addresses of PATCH with what may be sent there."""
    acts = app.extensions["acts"]
    for act in acts.listed.values():
        if act.method == "PATCH":
            names = {name for form in act.forms for name, _item in declared(form)} - {*NOT_SENT, "version"}
            yield describing.path_of(act.path), sorted(names)


def reads(app: Flask) -> dict[str, Read]:
    """What is read, by its address; the names of arguments are of no matter."""
    return {
        plain(describing.path_of(rule.rule).removeprefix("/api/v1")): read
        for rule, read in describing.readable(app)
    }


def plain(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


def missing(path: str, names: list[str], found: Mapping[str, Read], used: set[Any]) -> Iterator[str]:
    """The fields that are told nowhere; `used` hears which entries of the lists were needed."""
    there, told, untold = path, TOLD.get(path, {}), NOT_TOLD.get(path, {})
    if path in READ_AT:
        there, told = READ_AT[path]
    read = found.get(plain(there))
    given = keys(read.schema) if read else set()
    for name in names:
        script = NAMES.get(name)
        if path not in READ_AT and (name in given or {f"names.{script}", f"name.{script}"} & given):
            continue
        if ((one := known(told, name)) and told[one] in given) or (one := known(untold, name)):
            used.add((path, one))
        else:
            yield f"PATCH {path} takes {name}"


def test_what_may_be_changed_may_be_read(app: Flask) -> None:
    used: set[Any] = set()
    found = reads(app)
    all_of_them = list(changed(app))
    assert [one for path, names in all_of_them for one in missing(path, names, found, used)] == []
    said = {(path, one) for path, fields in TOLD.items() for one in fields}
    said |= {(p, one) for p, fields in NOT_TOLD.items() for one, why in fields.items() if why != COMMITTEE}
    said |= {(path, one) for path, (_there, fields) in READ_AT.items() for one in fields}
    assert sorted(said - used) == [], "needless"
    assert len(all_of_them) > 30


def test_a_field_that_no_answer_has_would_be_found(app: Flask) -> None:
    found = reads(app)
    assert list(missing("/projects/{code}", ["note", "colour"], found, set())) == [
        "PATCH /projects/{code} takes colour"
    ]
    assert list(missing("/nothing/{code}", ["name_hans"], found, set())) == [
        "PATCH /nothing/{code} takes name_hans"
    ]
    assert {"data.note", "note", "parties.role", "names.en"} <= keys(found["/projects/{}"].schema)
