"""By what each table is held in place: what `audit verify` would name if somebody changed a row behind the application's
back. A test asks for every table of the database, so that a new one is placed here when it is made.

A row is held by its digest in the chain (`SEALED`, append-only tables), by its last revision (`REVISED`, all of its
columns are in its state), by what the trail took down of its columns (`Columns`, see core/standing), or by nothing
(`Free`, with the reason).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from kangjiansheng.core.db import Base

SEALED = "append-only: its digest is in the chain"
REVISED = "its state is that of its last revision"


@dataclass(frozen=True)
class Columns:
    """Held column by column: all but some, or only those that the state of the thing leaves out."""

    but: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()

    def of(self, table: str) -> frozenset[str]:
        """Their names."""
        names = {column.name for column in Base.metadata.tables[table].columns}
        return frozenset(self.only or names - self.but - {"id", "version"})


@dataclass(frozen=True)
class Free:
    """Held by nothing, and why nothing follows from it."""

    reason: str


Place = str | Columns | Free


def but(*names: str) -> Columns:
    """All columns but some: what changes without an act, or is held by another record."""
    return Columns(but=frozenset(names))


def only(*names: str, but: tuple[str, ...] = ()) -> Columns:
    """The columns that the state of a thing leaves out, but for some; the rest is held by its revisions."""
    return Columns(frozenset(but), frozenset(names))


ALL = Columns()
TRACE = Free("a trace that reading or asking leaves; nothing follows from it")
POST = Free("on its way to somebody; what happened stands in the trail")
LINK = Free("a secret of a mail that ends by itself; what is done with it stands in the trail")
WORK = Free("the worker's own account of what it does")
SHEET = Free("what was sent in and is looked at; what was applied of it stands in the trail")
GUARD = Free("counts or refuses what comes again, and is forgotten")

PLACES: Mapping[str, Place] = {
    "access_trace": TRACE,
    "account": but("notice_number"),
    "action": only("meeting_id", "agenda_item_id", "illustrative"),
    "agenda_dismissal": Free("which proposals somebody put aside while an agenda was filled"),
    "agenda_item": ALL,
    "agenda_template": only("committee_id"),
    "agreement": only("source", "illustrative"),
    "agreement_party": ALL,
    "amendment": ALL,
    "answer_link": LINK,
    "answered": GUARD,
    "api_token": but("used_on", "used_from"),
    "ask": only("raised_by_id", "illustrative"),
    "attendance": ALL,
    "audit_entry": "the chain itself",
    "authenticator_app": but("last_step", "used_at"),
    "backlog_item": only("committee_id", "source", "recusals", "proposed_by_id", "proposed_at"),
    "ballot": SEALED,
    "baseline": SEALED,
    "baseline_row": SEALED,
    "booking": REVISED,
    "booking_link": ALL,
    "booking_wait": REVISED,
    "budget": GUARD,
    "calendar_feed": ALL,
    "change_set": "its digest is in the entry of its act",
    "clause": ALL,
    "clock_stop": ALL,
    "comment": ALL,
    "committee": only("year_inferred", "source"),
    "committee_member": ALL,
    "company": only("illustrative", but=("nudged_on",)),
    "company_decision": SEALED,
    "consent": SEALED,
    "copy_drill": WORK,
    "decision": only("meeting_id", "agenda_item_id", "paragraph_id", "recorded_at", "illustrative"),
    "decision_dissent": SEALED,
    "decision_effect": only("agenda_item_id", "proposed_by_id", "refusal_facts", "settled_at", "change_set_id"),
    "declaration": SEALED,
    "digest": POST,
    "disposal": only("older_than", "proposed_by_id", "proposed_at", "decided_by_id", "decided_at"),
    "disposal_file": SEALED,
    "dissent": SEALED,
    "draft_paragraph": SEALED,
    "draft_version": SEALED,
    "evidence": only("file_id"),
    "file_blob": ALL,
    "file_ref": ALL,
    "gate_condition": SEALED,
    "gate_criterion": REVISED,
    "gate_decision": SEALED,
    "group_post": POST,
    "group_robot": only("address", "secret", but=("paused_until", "summed_on")),
    "hand_off": REVISED,
    "hand_off_item": ALL,
    "hand_off_signature": SEALED,
    "holiday": REVISED,
    "import_batch": SHEET,
    "import_row": SHEET,
    "installation": Free("what a server ran with when it last started; each change of it is an entry"),
    "institution": only("source", "illustrative"),
    "institution_alias": ALL,
    "institution_member": ALL,
    "institution_sector": ALL,
    "interest": only("illustrative"),
    "invitation_link": LINK,
    "job": WORK,
    "job_round": WORK,
    "joint_lab": only("illustrative"),
    "kept_copy": WORK,
    "lab_member": ALL,
    "lab_paper": REVISED,
    "lab_partner": ALL,
    "lab_review": SEALED,
    "lease": REVISED,
    "legal_hold": only("place_id", "placed_by_id", "placed_at", "lifted_by_id"),
    "mail_attachment": POST,
    "mandate": ALL,
    "meeting": only(
        "committee_id", "running_no", "year", "year_serial", "minutes_no", "draft_code", "published_at", "series_id",
        "year_inferred", "source", "illustrative", "withdrawn_at", but=("invite_sequence",),
    ),
    "meeting_pack": SEALED,
    "meeting_series": only("committee_id"),
    # What it promises is held by its ledger.
    "milestone": only(
        "plan_id", "code", "position", "kind", "gate", "responsible_id", "evidence_ref", "duration", "unit", "name_hans",
        "name_hant", "name_en",
    ),
    "milestone_entry": SEALED,
    "milestone_link": ALL,
    "minutes": only("meeting_id", "illustrative"),
    "minutes_import": SHEET,
    "motion": only(
        "meeting_id", "agenda_item_id", "papers", "method", "voters", "eligible", "opened_by_id", "lost_at", "counted",
        "course", "decision_id", "paragraph_id", "illustrative", but=("reminded_on",),
    ),
    "notice_acceptance": SEALED,
    "notification": POST,
    "notification_setting": only("person_id", but=("declined",)),  # told as `kinds`
    "number_series": Free("the last number given; each stands in its thing"),
    "obligation": only("illustrative"),
    "obligation_link": ALL,
    "one_time_link": ALL,
    "outbox": POST,
    "pack_delivery": but("last_on", "task_id"),
    "pack_item": ALL,
    "paper": ALL,
    "paragraph": ALL,
    "paragraph_revision": SEALED,
    "paragraph_translation": SEALED,
    "park_floor": only("illustrative"),
    "park_rule": REVISED,
    "party_archive": WORK,
    "passkey": but("sign_count", "used_at"),
    "person": only("illustrative", "erased_at"),
    "plan": ALL,
    "presence": ALL,
    "privacy_notice": SEALED,
    "project": only("illustrative"),
    "project_entry": SEALED,
    "project_lab": ALL,
    "project_member": ALL,
    "project_party": ALL,
    "project_registration": ALL,
    "project_value": REVISED,
    "rate_set": REVISED,
    "reader_link": ALL,
    "reading_mark": TRACE,
    "recovery_code": but("used_at"),
    "recusal": ALL,
    "registry_record": SEALED,
    "registry_source": SEALED,
    "result": only("illustrative"),
    "result_company": ALL,
    "retention_period": REVISED,
    "review_decision": SEALED,
    "review_reminder": ALL,
    "revision": SEALED,
    "rights_review": ALL,
    "rights_rule": REVISED,
    "risk": REVISED,
    "risk_milestone": ALL,
    "saved_view": only("person_id"),
    "scenario": only("projects", "illustrative"),
    "search_document": Free("made of the texts; `search verify` compares it with them"),
    "service_contact": REVISED,
    "service_request": REVISED,
    "session": TRACE,
    "shared_resource": only("illustrative"),
    "sign_in_policy": REVISED,
    "signature": SEALED,
    "signature_code": LINK,
    "signer": ALL,
    "spent_ticket": GUARD,
    "sso_link": but("used_at"),
    "status_claim": SEALED,
    "suggestion": ALL,
    "system_role": ALL,
    "template_version": ALL,
    "throttle": GUARD,
    "usual_rates": REVISED,
    "validity": only("milestone_id"),
    "webhook": only(
        "person_id", "address", "made_at",
        but=("secret", "former_secret", "former_until", "read_to", "failing_since", "failures", "paused_until"),
    ),
    "webhook_message": POST,
}  # fmt: skip


def columns() -> dict[str, frozenset[str]]:
    """The tables that are held column by column, with the names of these columns."""
    return {table: place.of(table) for table, place in PLACES.items() if isinstance(place, Columns)}
