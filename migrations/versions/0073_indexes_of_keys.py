"""An index leads with each key by which something is joined, or looked for before what it names is removed."""

from alembic import op

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None

KEYS = {
    "action": ["agenda_item_id"],
    "agenda_dismissal": ["person_id"],
    "amendment": ["paragraph_id", "draft_version_id"],
    "answer_link": ["milestone_id", "person_id"],
    "ask": ["from_id", "raised_by_id", "obligation_id"],
    "backlog_item": ["project_id", "gate_id"],
    "ballot": ["person_id"],
    "comment": ["parent_id"],
    "committee_member": ["institution_id"],
    "consent": ["settles_id", "person_id"],
    "decision": ["agenda_item_id", "paragraph_id"],
    "decision_dissent": ["person_id"],
    "decision_effect": ["milestone_id"],
    "declaration": ["person_id"],
    "dissent": ["person_id"],
    "draft_paragraph": ["paragraph_revision_id"],
    "evidence": ["file_id"],
    "hand_off_signature": ["institution_id"],
    "interest": ["institution_id", "project_id", "agenda_item_id"],
    "invitation_link": ["person_id"],
    "mandate": ["person_id", "deputy_id"],
    "milestone": ["responsible_id"],
    "motion": ["paragraph_id"],
    "one_time_link": ["account_id"],
    "paragraph": ["from_id", "merged_into_id"],
    "presence": ["person_id"],
    "project": ["lead_id"],
    "review_reminder": ["notification_id", "outbox_id", "person_id"],
    "service_contact": ["person_id"],
    "service_request": ["asked_by_id", "provider_institution_id"],
    "signature_code": ["draft_version_id"],
}


def upgrade() -> None:
    for table, columns in KEYS.items():
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    for table, columns in KEYS.items():
        for column in columns:
            op.drop_index(op.f(f"ix_{table}_{column}"), table)
