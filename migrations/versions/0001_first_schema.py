"""The first schema."""

import sqlalchemy as sa
from alembic import op

import kangjiansheng.core.db
from kangjiansheng.core.schema import REFUSE_CHANGE, append_only

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


APPEND_ONLY = (
    "audit_entry",
    "change_set",
    "draft_paragraph",
    "draft_version",
    "milestone_entry",
    "paragraph_revision",
    "project_entry",
    "revision",
    "signature",
)


def upgrade() -> None:
    op.create_table(
        "agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("year_inferred", sa.Boolean(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("confidentiality", sa.String(length=40), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("stated", sa.JSON(), nullable=False),
        sa.Column("not_stated", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(length=400), nullable=False),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("archived_at", kangjiansheng.core.db.Instant(timezone=True), nullable=True),
        sa.Column("name_hans", sa.String(length=400), nullable=False),
        sa.Column("name_hant", sa.String(length=400), nullable=False),
        sa.Column("name_en", sa.String(length=400), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["agreement.id"], name=op.f("fk_agreement_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("code", name=op.f("uq_agreement_code")),
    )
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreement_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "change_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=400), nullable=False),
        sa.Column("reason_code", sa.String(length=40), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sa.Column("idempotency_key", sa.String(length=40), nullable=True),
        sa.Column("recorded_at", kangjiansheng.core.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["undoes_id"], ["change_set.id"], name=op.f("fk_change_set_undoes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_set")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_change_set_idempotency_key")),
    )
    with op.batch_alter_table("change_set", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_change_set_actor_id"), ["actor_id"], unique=False)

    op.create_table(
        "committee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("short_hans", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("founded_on", sa.Date(), nullable=True),
        sa.Column("year_inferred", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=400), nullable=False),
        sa.Column("quorum_numerator", sa.Integer(), nullable=False),
        sa.Column("quorum_denominator", sa.Integer(), nullable=False),
        sa.Column("approval_rule", sa.String(length=40), nullable=False),
        sa.Column("approval_members", sa.Integer(), nullable=False),
        sa.Column("review_days", sa.Integer(), nullable=False),
        sa.Column("archived_at", kangjiansheng.core.db.Instant(timezone=True), nullable=True),
        sa.Column("name_hans", sa.String(length=400), nullable=False),
        sa.Column("name_hant", sa.String(length=400), nullable=False),
        sa.Column("name_en", sa.String(length=400), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committee")),
        sa.UniqueConstraint("code", name=op.f("uq_committee_code")),
    )
    op.create_table(
        "institution",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("regulator", sa.Boolean(), nullable=False),
        sa.Column("role_hans", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=400), nullable=False),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("archived_at", kangjiansheng.core.db.Instant(timezone=True), nullable=True),
        sa.Column("name_hans", sa.String(length=400), nullable=False),
        sa.Column("name_hant", sa.String(length=400), nullable=False),
        sa.Column("name_en", sa.String(length=400), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution")),
        sa.UniqueConstraint("code", name=op.f("uq_institution_code")),
    )
    op.create_table(
        "job_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("due_at", kangjiansheng.core.db.Instant(timezone=True), nullable=False),
        sa.Column("done_at", kangjiansheng.core.db.Instant(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_round")),
        sa.UniqueConstraint("kind", name=op.f("uq_job_round_kind")),
    )
    op.create_table(
        "notification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("address", sa.String(length=400), nullable=False),
        sa.Column("created_at", kangjiansheng.core.db.Instant(timezone=True), nullable=False),
        sa.Column("read_at", kangjiansheng.core.db.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
    )
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.create_index("ix_notification_person", ["person_id", "read_at"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dedup_key", sa.String(length=400), nullable=False),
        sa.Column("to", sa.String(length=400), nullable=False),
        sa.Column("locale", sa.String(length=40), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("address", sa.String(length=400), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("due_at", kangjiansheng.core.db.Instant(timezone=True), nullable=False),
        sa.Column("sent_at", kangjiansheng.core.db.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("dedup_key", name=op.f("uq_outbox_dedup_key")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_due", ["state", "due_at"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("email", sa.String(length=400), nullable=True),
        sa.Column("locale", sa.String(length=40), nullable=False),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("erased_at", kangjiansheng.core.db.Instant(timezone=True), nullable=True),
        sa.Column("name_hans", sa.String(length=400), nullable=False),
        sa.Column("name_hant", sa.String(length=400), nullable=False),
        sa.Column("name_en", sa.String(length=400), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("code", name=op.f("uq_person_code")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_table(
        "template_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("milestones", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template_version")),
        sa.UniqueConstraint("code", "number", name=op.f("uq_template_version_code_number")),
    )
    op.create_table(
        "throttle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=400), nullable=False),
        sa.Column("since", kangjiansheng.core.db.Instant(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_throttle")),
        sa.UniqueConstraint("key", name=op.f("uq_throttle_key")),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("password_changed_at", kangjiansheng.core.db.Instant(timezone=True), nullable=True),
        sa.Column("disabled_at", kangjiansheng.core.db.Instant(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("person_id", name=op.f("uq_account_person_id")),
    )
    op.create_table(
        "agreement_party",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreement.id"],
            name=op.f("fk_agreement_party_agreement_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_agreement_party_institution_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_party")),
        sa.UniqueConstraint(
            "agreement_id",
            "institution_id",
            "capacity",
            name=op.f("uq_agreement_party_agreement_id_institution_id_capacity"),
        ),
    )
    with op.batch_alter_table("agreement_party", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_agreement_party_institution_id"), ["institution_id"], unique=False
        )

    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("thing", sa.String(length=40), nullable=False),
        sa.Column("thing_id", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("actor_label", sa.String(length=400), nullable=False),
        sa.Column("recorded_at", kangjiansheng.core.db.Instant(timezone=True), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("rows_digest", sa.String(length=64), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_set_id"], ["change_set.id"], name=op.f("fk_audit_entry_change_set_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("seq", name=op.f("uq_audit_entry_seq")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_act"), ["act"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_change_set_id"), ["change_set_id"], unique=False)
        batch_op.create_index("ix_audit_entry_thing", ["thing", "thing_id"], unique=False)

    op.create_table(
        "committee_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(length=40), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=True),
        sa.Column("voting", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("name_hans", sa.String(length=400), nullable=False),
        sa.Column("name_hant", sa.String(length=400), nullable=False),
        sa.Column("name_en", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(
            ["committee_id"],
            ["committee.id"],
            name=op.f("fk_committee_member_committee_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_committee_member_institution_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_committee_member_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committee_member")),
    )
    with op.batch_alter_table("committee_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_committee_member_committee_id"), ["committee_id"], unique=False)
        batch_op.create_index("ix_committee_member_person", ["person_id", "committee_id"], unique=False)

    op.create_table(
        "institution_alias",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_institution_alias_institution_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution_alias")),
        sa.UniqueConstraint("institution_id", "text", name=op.f("uq_institution_alias_institution_id_text")),
    )
    with op.batch_alter_table("institution_alias", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_institution_alias_text"), ["text"], unique=False)

    op.create_table(
        "institution_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_institution_member_institution_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_institution_member_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution_member")),
    )
    with op.batch_alter_table("institution_member", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_institution_member_institution_id"), ["institution_id"], unique=False
        )
        batch_op.create_index("ix_institution_member_person", ["person_id", "institution_id"], unique=False)

    op.create_table(
        "institution_sector",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("sector", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_institution_sector_institution_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution_sector")),
        sa.UniqueConstraint(
            "institution_id", "sector", name=op.f("uq_institution_sector_institution_id_sector")
        ),
    )
    op.create_table(
        "joint_lab",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("mission", sa.Text(), nullable=False),
        sa.Column("site", sa.String(length=400), nullable=False),
        sa.Column("life", sa.String(length=40), nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("confidentiality", sa.String(length=40), nullable=False),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("archived_at", kangjiansheng.core.db.Instant(timezone=True), nullable=True),
        sa.Column("name_hans", sa.String(length=400), nullable=False),
        sa.Column("name_hant", sa.String(length=400), nullable=False),
        sa.Column("name_en", sa.String(length=400), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_joint_lab_agreement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joint_lab")),
        sa.UniqueConstraint("code", name=op.f("uq_joint_lab_code")),
    )
    with op.batch_alter_table("joint_lab", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_joint_lab_agreement_id"), ["agreement_id"], unique=False)

    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("running_no", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("year_serial", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("starts_at", kangjiansheng.core.db.Instant(timezone=True), nullable=True),
        sa.Column("ends_at", kangjiansheng.core.db.Instant(timezone=True), nullable=True),
        sa.Column("place", sa.String(length=400), nullable=False),
        sa.Column("life", sa.String(length=40), nullable=False),
        sa.Column("year_inferred", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=400), nullable=False),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("name_hans", sa.String(length=400), nullable=False),
        sa.Column("name_hant", sa.String(length=400), nullable=False),
        sa.Column("name_en", sa.String(length=400), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["committee_id"], ["committee.id"], name=op.f("fk_meeting_committee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("code", name=op.f("uq_meeting_code")),
        sa.UniqueConstraint("committee_id", "running_no", name=op.f("uq_meeting_committee_id_running_no")),
        sa.UniqueConstraint(
            "committee_id", "year", "year_serial", name=op.f("uq_meeting_committee_id_year_year_serial")
        ),
    )
    op.create_table(
        "number_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committee.id"], name=op.f("fk_number_series_committee_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_series")),
        sa.UniqueConstraint(
            "committee_id", "kind", "scope", name=op.f("uq_number_series_committee_id_kind_scope")
        ),
    )
    op.create_table(
        "project",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("modality", sa.String(length=40), nullable=False),
        sa.Column("donor_source", sa.String(length=400), nullable=False),
        sa.Column("target", sa.String(length=400), nullable=False),
        sa.Column("indication_hans", sa.String(length=400), nullable=False),
        sa.Column("indication_hant", sa.String(length=400), nullable=False),
        sa.Column("indication_en", sa.String(length=400), nullable=False),
        sa.Column("indication_group", sa.String(length=400), nullable=False),
        sa.Column("pathway", sa.String(length=40), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("priority", sa.String(length=40), nullable=False),
        sa.Column("owner_role", sa.String(length=400), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("confidentiality", sa.String(length=40), nullable=False),
        sa.Column("baseline_start", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("archived_at", kangjiansheng.core.db.Instant(timezone=True), nullable=True),
        sa.Column("name_hans", sa.String(length=400), nullable=False),
        sa.Column("name_hant", sa.String(length=400), nullable=False),
        sa.Column("name_en", sa.String(length=400), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["person.id"], name=op.f("fk_project_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
        sa.UniqueConstraint("code", name=op.f("uq_project_code")),
    )
    with op.batch_alter_table("project", schema=None) as batch_op:
        batch_op.create_index("ix_project_stage", ["stage", "status"], unique=False)

    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thing", sa.String(length=40), nullable=False),
        sa.Column("thing_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("effective_at", kangjiansheng.core.db.Instant(timezone=True), nullable=False),
        sa.Column("recorded_at", kangjiansheng.core.db.Instant(timezone=True), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["change_set_id"], ["change_set.id"], name=op.f("fk_revision_change_set_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("thing", "thing_id", "version", name=op.f("uq_revision_thing_thing_id_version")),
    )
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.create_index("ix_revision_as_of", ["thing", "thing_id", "effective_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_revision_change_set_id"), ["change_set_id"], unique=False)

    op.create_table(
        "system_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_system_role_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system_role")),
    )
    with op.batch_alter_table("system_role", schema=None) as batch_op:
        batch_op.create_index("ix_system_role_person", ["person_id"], unique=False)

    op.create_table(
        "agenda_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("minutes_planned", sa.Integer(), nullable=False),
        sa.Column("presenter", sa.String(length=400), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("name_hans", sa.String(length=400), nullable=False),
        sa.Column("name_hant", sa.String(length=400), nullable=False),
        sa.Column("name_en", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_agenda_item_meeting_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_agenda_item_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_item")),
        sa.UniqueConstraint("meeting_id", "position", name=op.f("uq_agenda_item_meeting_id_position")),
    )
    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agenda_item_project_id"), ["project_id"], unique=False)

    op.create_table(
        "attendance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=40), nullable=False),
        sa.Column("mode", sa.String(length=40), nullable=False),
        sa.Column("voting", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_attendance_meeting_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attendance_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
        sa.UniqueConstraint("meeting_id", "person_id", name=op.f("uq_attendance_meeting_id_person_id")),
    )
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendance_person_id"), ["person_id"], unique=False)

    op.create_table(
        "lab_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lab_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["joint_lab.id"], name=op.f("fk_lab_member_lab_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_lab_member_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_member")),
    )
    with op.batch_alter_table("lab_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lab_member_lab_id"), ["lab_id"], unique=False)
        batch_op.create_index("ix_lab_member_person", ["person_id", "lab_id"], unique=False)

    op.create_table(
        "lab_partner",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lab_id", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("contribution", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_lab_partner_institution_id")
        ),
        sa.ForeignKeyConstraint(
            ["lab_id"], ["joint_lab.id"], name=op.f("fk_lab_partner_lab_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_partner")),
        sa.UniqueConstraint("lab_id", "institution_id", name=op.f("uq_lab_partner_lab_id_institution_id")),
    )
    with op.batch_alter_table("lab_partner", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lab_partner_institution_id"), ["institution_id"], unique=False)

    op.create_table(
        "minutes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("life", sa.String(length=40), nullable=False),
        sa.Column("drafter_id", sa.Integer(), nullable=False),
        sa.Column("review_due_on", sa.Date(), nullable=True),
        sa.Column("current_draft", sa.Integer(), nullable=False),
        sa.Column("approved_at", kangjiansheng.core.db.Instant(timezone=True), nullable=True),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["drafter_id"], ["person.id"], name=op.f("fk_minutes_drafter_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_minutes_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes")),
        sa.UniqueConstraint("meeting_id", name=op.f("uq_minutes_meeting_id")),
    )
    op.create_table(
        "one_time_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", kangjiansheng.core.db.Instant(timezone=True), nullable=False),
        sa.Column("used_at", kangjiansheng.core.db.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_one_time_link_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_link")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_one_time_link_secret_sha256")),
    )
    op.create_table(
        "plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("lab_id", sa.Integer(), nullable=True),
        sa.Column("template_version_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(project_id IS NULL) <> (lab_id IS NULL)", name=op.f("ck_plan_one_owner")),
        sa.ForeignKeyConstraint(["lab_id"], ["joint_lab.id"], name=op.f("fk_plan_lab_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_plan_project_id")),
        sa.ForeignKeyConstraint(
            ["template_version_id"], ["template_version.id"], name=op.f("fk_plan_template_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("lab_id", name=op.f("uq_plan_lab_id")),
        sa.UniqueConstraint("project_id", name=op.f("uq_plan_project_id")),
    )
    op.create_table(
        "project_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("effective_at", kangjiansheng.core.db.Instant(timezone=True), nullable=False),
        sa.Column("recorded_at", kangjiansheng.core.db.Instant(timezone=True), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("imported", sa.Boolean(), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("name_hans", sa.String(length=400), nullable=False),
        sa.Column("modality", sa.String(length=40), nullable=False),
        sa.Column("indication_group", sa.String(length=400), nullable=False),
        sa.Column("pathway", sa.String(length=40), nullable=False),
        sa.Column("lead_lab_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_set_id"], ["change_set.id"], name=op.f("fk_project_entry_change_set_id")
        ),
        sa.ForeignKeyConstraint(["lead_lab_id"], ["joint_lab.id"], name=op.f("fk_project_entry_lead_lab_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_project_entry_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_entry")),
    )
    with op.batch_alter_table("project_entry", schema=None) as batch_op:
        batch_op.create_index("ix_project_entry_as_of", ["project_id", "effective_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_project_entry_change_set_id"), ["change_set_id"], unique=False)
        batch_op.create_index("ix_project_entry_day", ["effective_at", "project_id"], unique=False)

    op.create_table(
        "project_lab",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("lab_id", sa.Integer(), nullable=False),
        sa.Column("leads", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["lab_id"], ["joint_lab.id"], name=op.f("fk_project_lab_lab_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_lab_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_lab")),
        sa.UniqueConstraint("project_id", "lab_id", name=op.f("uq_project_lab_project_id_lab_id")),
    )
    with op.batch_alter_table("project_lab", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_project_lab_lab_id"), ["lab_id"], unique=False)

    op.create_table(
        "project_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_project_member_person_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_member_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_member")),
    )
    with op.batch_alter_table("project_member", schema=None) as batch_op:
        batch_op.create_index("ix_project_member_person", ["person_id", "project_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_project_member_project_id"), ["project_id"], unique=False)

    op.create_table(
        "project_party",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_project_party_institution_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_party_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_party")),
        sa.UniqueConstraint(
            "project_id", "institution_id", name=op.f("uq_project_party_project_id_institution_id")
        ),
    )
    with op.batch_alter_table("project_party", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_project_party_institution_id"), ["institution_id"], unique=False)

    op.create_table(
        "project_registration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("register", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=400), nullable=False),
        sa.Column("typed", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
            name=op.f("fk_project_registration_project_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_registration")),
        sa.UniqueConstraint(
            "project_id",
            "register",
            "number",
            name=op.f("uq_project_registration_project_id_register_number"),
        ),
    )
    with op.batch_alter_table("project_registration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_project_registration_number"), ["number"], unique=False)

    op.create_table(
        "session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_sha256", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created_at", kangjiansheng.core.db.Instant(timezone=True), nullable=False),
        sa.Column("last_seen_at", kangjiansheng.core.db.Instant(timezone=True), nullable=False),
        sa.Column("ended_at", kangjiansheng.core.db.Instant(timezone=True), nullable=True),
        sa.Column("address", sa.String(length=40), nullable=False),
        sa.Column("device", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_session_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("key_sha256", name=op.f("uq_session_key_sha256")),
    )
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index("ix_session_account", ["account_id", "ended_at"], unique=False)

    op.create_table(
        "action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("agenda_item_id", sa.Integer(), nullable=True),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("owner_role", sa.String(length=400), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("life", sa.String(length=40), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agenda_item_id"], ["agenda_item.id"], name=op.f("fk_action_agenda_item_id")
        ),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_action_meeting_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_action_owner_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_action_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action")),
        sa.UniqueConstraint("number", name=op.f("uq_action_number")),
    )
    with op.batch_alter_table("action", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_action_meeting_id"), ["meeting_id"], unique=False)
        batch_op.create_index("ix_action_open", ["life", "due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_action_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_action_project_id"), ["project_id"], unique=False)

    op.create_table(
        "draft_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("minutes_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("header", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("frozen_at", kangjiansheng.core.db.Instant(timezone=True), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_set_id"], ["change_set.id"], name=op.f("fk_draft_version_change_set_id")
        ),
        sa.ForeignKeyConstraint(["minutes_id"], ["minutes.id"], name=op.f("fk_draft_version_minutes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_version")),
        sa.UniqueConstraint("minutes_id", "number", name=op.f("uq_draft_version_minutes_id_number")),
    )
    with op.batch_alter_table("draft_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_version_change_set_id"), ["change_set_id"], unique=False)

    op.create_table(
        "milestone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("gate", sa.Boolean(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("responsible_id", sa.Integer(), nullable=True),
        sa.Column("baseline", sa.Date(), nullable=True),
        sa.Column("current_plan", sa.Date(), nullable=True),
        sa.Column("forecast", sa.Date(), nullable=True),
        sa.Column("proposed", sa.Date(), nullable=True),
        sa.Column("actual", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("confirmed_at", kangjiansheng.core.db.Instant(timezone=True), nullable=True),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("reason_code", sa.String(length=40), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("evidence_ref", sa.String(length=400), nullable=False),
        sa.Column("name_hans", sa.String(length=400), nullable=False),
        sa.Column("name_hant", sa.String(length=400), nullable=False),
        sa.Column("name_en", sa.String(length=400), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["person.id"], name=op.f("fk_milestone_confirmed_by_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_milestone_owner_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_milestone_plan_id")),
        sa.ForeignKeyConstraint(
            ["responsible_id"], ["institution.id"], name=op.f("fk_milestone_responsible_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
        sa.UniqueConstraint("plan_id", "code", name=op.f("uq_milestone_plan_id_code")),
    )
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.create_index("ix_milestone_open", ["state", "forecast"], unique=False)
        batch_op.create_index("ix_milestone_owner", ["owner_id", "state"], unique=False)

    op.create_table(
        "paragraph",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("minutes_id", sa.Integer(), nullable=False),
        sa.Column("agenda_item_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("revision_no", sa.Integer(), nullable=False),
        sa.Column("removed_at", kangjiansheng.core.db.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["agenda_item_id"], ["agenda_item.id"], name=op.f("fk_paragraph_agenda_item_id")
        ),
        sa.ForeignKeyConstraint(["minutes_id"], ["minutes.id"], name=op.f("fk_paragraph_minutes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paragraph")),
        sa.UniqueConstraint("public_id", name=op.f("uq_paragraph_public_id")),
    )
    with op.batch_alter_table("paragraph", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paragraph_agenda_item_id"), ["agenda_item_id"], unique=False)
        batch_op.create_index("ix_paragraph_minutes", ["minutes_id", "position"], unique=False)

    op.create_table(
        "recusal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agenda_item_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["agenda_item_id"], ["agenda_item.id"], name=op.f("fk_recusal_agenda_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_recusal_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recusal")),
        sa.UniqueConstraint("agenda_item_id", "person_id", name=op.f("uq_recusal_agenda_item_id_person_id")),
    )
    with op.batch_alter_table("recusal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recusal_person_id"), ["person_id"], unique=False)

    op.create_table(
        "amendment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("minutes_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("paragraph_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("draft_version_id", sa.Integer(), nullable=True),
        sa.Column("life", sa.String(length=40), nullable=False),
        sa.Column("created_at", kangjiansheng.core.db.Instant(timezone=True), nullable=False),
        sa.Column("approved_at", kangjiansheng.core.db.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_amendment_author_id")),
        sa.ForeignKeyConstraint(
            ["draft_version_id"], ["draft_version.id"], name=op.f("fk_amendment_draft_version_id")
        ),
        sa.ForeignKeyConstraint(["minutes_id"], ["minutes.id"], name=op.f("fk_amendment_minutes_id")),
        sa.ForeignKeyConstraint(["paragraph_id"], ["paragraph.id"], name=op.f("fk_amendment_paragraph_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendment")),
        sa.UniqueConstraint("minutes_id", "number", name=op.f("uq_amendment_minutes_id_number")),
    )
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paragraph_id", sa.Integer(), nullable=False),
        sa.Column("revision_no", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", kangjiansheng.core.db.Instant(timezone=True), nullable=False),
        sa.Column("resolved_at", kangjiansheng.core.db.Instant(timezone=True), nullable=True),
        sa.Column("resolved_by_id", sa.Integer(), nullable=True),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_comment_author_id")),
        sa.ForeignKeyConstraint(["paragraph_id"], ["paragraph.id"], name=op.f("fk_comment_paragraph_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["comment.id"], name=op.f("fk_comment_parent_id")),
        sa.ForeignKeyConstraint(["resolved_by_id"], ["person.id"], name=op.f("fk_comment_resolved_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
    )
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comment_paragraph_id"), ["paragraph_id"], unique=False)

    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("agenda_item_id", sa.Integer(), nullable=True),
        sa.Column("paragraph_id", sa.Integer(), nullable=True),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("votes_for", sa.Integer(), nullable=True),
        sa.Column("votes_against", sa.Integer(), nullable=True),
        sa.Column("abstentions", sa.Integer(), nullable=True),
        sa.Column("recused", sa.Integer(), nullable=True),
        sa.Column("recorded_at", kangjiansheng.core.db.Instant(timezone=True), nullable=False),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agenda_item_id"], ["agenda_item.id"], name=op.f("fk_decision_agenda_item_id")
        ),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_decision_meeting_id")),
        sa.ForeignKeyConstraint(["paragraph_id"], ["paragraph.id"], name=op.f("fk_decision_paragraph_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_decision_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("number", name=op.f("uq_decision_number")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_meeting_id"), ["meeting_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decision_project_id"), ["project_id"], unique=False)

    op.create_table(
        "milestone_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("milestone_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("effective_at", kangjiansheng.core.db.Instant(timezone=True), nullable=False),
        sa.Column("recorded_at", kangjiansheng.core.db.Instant(timezone=True), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("imported", sa.Boolean(), nullable=False),
        sa.Column("baseline", sa.Date(), nullable=True),
        sa.Column("current_plan", sa.Date(), nullable=True),
        sa.Column("forecast", sa.Date(), nullable=True),
        sa.Column("proposed", sa.Date(), nullable=True),
        sa.Column("actual", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("reason_code", sa.String(length=40), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_set_id"], ["change_set.id"], name=op.f("fk_milestone_entry_change_set_id")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["person.id"], name=op.f("fk_milestone_entry_confirmed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["milestone_id"], ["milestone.id"], name=op.f("fk_milestone_entry_milestone_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_milestone_entry_owner_id")),
        sa.ForeignKeyConstraint(
            ["undoes_id"], ["milestone_entry.id"], name=op.f("fk_milestone_entry_undoes_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone_entry")),
    )
    with op.batch_alter_table("milestone_entry", schema=None) as batch_op:
        batch_op.create_index(
            "ix_milestone_entry_as_of", ["milestone_id", "effective_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_milestone_entry_change_set_id"), ["change_set_id"], unique=False)
        batch_op.create_index("ix_milestone_entry_day", ["effective_at", "milestone_id"], unique=False)

    op.create_table(
        "milestone_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("milestone_id", sa.Integer(), nullable=False),
        sa.Column("predecessor_id", sa.Integer(), nullable=False),
        sa.Column("lag", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.CheckConstraint("milestone_id <> predecessor_id", name=op.f("ck_milestone_link_not_itself")),
        sa.ForeignKeyConstraint(
            ["milestone_id"], ["milestone.id"], name=op.f("fk_milestone_link_milestone_id")
        ),
        sa.ForeignKeyConstraint(
            ["predecessor_id"], ["milestone.id"], name=op.f("fk_milestone_link_predecessor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone_link")),
        sa.UniqueConstraint(
            "milestone_id", "predecessor_id", name=op.f("uq_milestone_link_milestone_id_predecessor_id")
        ),
    )
    with op.batch_alter_table("milestone_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_milestone_link_predecessor_id"), ["predecessor_id"], unique=False
        )

    op.create_table(
        "paragraph_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paragraph_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", kangjiansheng.core.db.Instant(timezone=True), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_paragraph_revision_author_id")),
        sa.ForeignKeyConstraint(
            ["change_set_id"], ["change_set.id"], name=op.f("fk_paragraph_revision_change_set_id")
        ),
        sa.ForeignKeyConstraint(
            ["paragraph_id"], ["paragraph.id"], name=op.f("fk_paragraph_revision_paragraph_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paragraph_revision")),
        sa.UniqueConstraint("paragraph_id", "number", name=op.f("uq_paragraph_revision_paragraph_id_number")),
    )
    with op.batch_alter_table("paragraph_revision", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_paragraph_revision_change_set_id"), ["change_set_id"], unique=False
        )

    op.create_table(
        "signature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_version_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("printed_name", sa.String(length=400), nullable=False),
        sa.Column("capacity", sa.String(length=40), nullable=False),
        sa.Column("meaning", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("signed_at", kangjiansheng.core.db.Instant(timezone=True), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_set_id"], ["change_set.id"], name=op.f("fk_signature_change_set_id")
        ),
        sa.ForeignKeyConstraint(
            ["draft_version_id"], ["draft_version.id"], name=op.f("fk_signature_draft_version_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_signature_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
        sa.UniqueConstraint(
            "draft_version_id", "person_id", name=op.f("uq_signature_draft_version_id_person_id")
        ),
    )
    with op.batch_alter_table("signature", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signature_change_set_id"), ["change_set_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_signature_person_id"), ["person_id"], unique=False)

    op.create_table(
        "signer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_version_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.String(length=40), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_version_id"], ["draft_version.id"], name=op.f("fk_signer_draft_version_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_signer_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signer")),
        sa.UniqueConstraint(
            "draft_version_id", "person_id", name=op.f("uq_signer_draft_version_id_person_id")
        ),
    )
    with op.batch_alter_table("signer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signer_person_id"), ["person_id"], unique=False)

    op.create_table(
        "draft_paragraph",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_version_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("printed_no", sa.String(length=40), nullable=False),
        sa.Column("paragraph_revision_id", sa.Integer(), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_set_id"], ["change_set.id"], name=op.f("fk_draft_paragraph_change_set_id")
        ),
        sa.ForeignKeyConstraint(
            ["draft_version_id"], ["draft_version.id"], name=op.f("fk_draft_paragraph_draft_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["paragraph_revision_id"],
            ["paragraph_revision.id"],
            name=op.f("fk_draft_paragraph_paragraph_revision_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_paragraph")),
        sa.UniqueConstraint(
            "draft_version_id", "position", name=op.f("uq_draft_paragraph_draft_version_id_position")
        ),
    )
    with op.batch_alter_table("draft_paragraph", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_paragraph_change_set_id"), ["change_set_id"], unique=False)
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        op.execute(REFUSE_CHANGE)
    for table in APPEND_ONLY:
        for statement in append_only(table, dialect):
            op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("draft_paragraph", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draft_paragraph_change_set_id"))

    op.drop_table("draft_paragraph")
    with op.batch_alter_table("signer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signer_person_id"))

    op.drop_table("signer")
    with op.batch_alter_table("signature", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signature_person_id"))
        batch_op.drop_index(batch_op.f("ix_signature_change_set_id"))

    op.drop_table("signature")
    with op.batch_alter_table("paragraph_revision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_paragraph_revision_change_set_id"))

    op.drop_table("paragraph_revision")
    with op.batch_alter_table("milestone_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_milestone_link_predecessor_id"))

    op.drop_table("milestone_link")
    with op.batch_alter_table("milestone_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_milestone_entry_day")
        batch_op.drop_index(batch_op.f("ix_milestone_entry_change_set_id"))
        batch_op.drop_index("ix_milestone_entry_as_of")

    op.drop_table("milestone_entry")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_project_id"))
        batch_op.drop_index(batch_op.f("ix_decision_meeting_id"))

    op.drop_table("decision")
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_comment_paragraph_id"))

    op.drop_table("comment")
    op.drop_table("amendment")
    with op.batch_alter_table("recusal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recusal_person_id"))

    op.drop_table("recusal")
    with op.batch_alter_table("paragraph", schema=None) as batch_op:
        batch_op.drop_index("ix_paragraph_minutes")
        batch_op.drop_index(batch_op.f("ix_paragraph_agenda_item_id"))

    op.drop_table("paragraph")
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.drop_index("ix_milestone_owner")
        batch_op.drop_index("ix_milestone_open")

    op.drop_table("milestone")
    with op.batch_alter_table("draft_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draft_version_change_set_id"))

    op.drop_table("draft_version")
    with op.batch_alter_table("action", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_action_project_id"))
        batch_op.drop_index(batch_op.f("ix_action_owner_id"))
        batch_op.drop_index("ix_action_open")
        batch_op.drop_index(batch_op.f("ix_action_meeting_id"))

    op.drop_table("action")
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.drop_index("ix_session_account")

    op.drop_table("session")
    with op.batch_alter_table("project_registration", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_project_registration_number"))

    op.drop_table("project_registration")
    with op.batch_alter_table("project_party", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_project_party_institution_id"))

    op.drop_table("project_party")
    with op.batch_alter_table("project_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_project_member_project_id"))
        batch_op.drop_index("ix_project_member_person")

    op.drop_table("project_member")
    with op.batch_alter_table("project_lab", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_project_lab_lab_id"))

    op.drop_table("project_lab")
    with op.batch_alter_table("project_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_project_entry_day")
        batch_op.drop_index(batch_op.f("ix_project_entry_change_set_id"))
        batch_op.drop_index("ix_project_entry_as_of")

    op.drop_table("project_entry")
    op.drop_table("plan")
    op.drop_table("one_time_link")
    op.drop_table("minutes")
    with op.batch_alter_table("lab_partner", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lab_partner_institution_id"))

    op.drop_table("lab_partner")
    with op.batch_alter_table("lab_member", schema=None) as batch_op:
        batch_op.drop_index("ix_lab_member_person")
        batch_op.drop_index(batch_op.f("ix_lab_member_lab_id"))

    op.drop_table("lab_member")
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attendance_person_id"))

    op.drop_table("attendance")
    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agenda_item_project_id"))

    op.drop_table("agenda_item")
    with op.batch_alter_table("system_role", schema=None) as batch_op:
        batch_op.drop_index("ix_system_role_person")

    op.drop_table("system_role")
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_revision_change_set_id"))
        batch_op.drop_index("ix_revision_as_of")

    op.drop_table("revision")
    with op.batch_alter_table("project", schema=None) as batch_op:
        batch_op.drop_index("ix_project_stage")

    op.drop_table("project")
    op.drop_table("number_series")
    op.drop_table("meeting")
    with op.batch_alter_table("joint_lab", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_joint_lab_agreement_id"))

    op.drop_table("joint_lab")
    op.drop_table("institution_sector")
    with op.batch_alter_table("institution_member", schema=None) as batch_op:
        batch_op.drop_index("ix_institution_member_person")
        batch_op.drop_index(batch_op.f("ix_institution_member_institution_id"))

    op.drop_table("institution_member")
    with op.batch_alter_table("institution_alias", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_institution_alias_text"))

    op.drop_table("institution_alias")
    with op.batch_alter_table("committee_member", schema=None) as batch_op:
        batch_op.drop_index("ix_committee_member_person")
        batch_op.drop_index(batch_op.f("ix_committee_member_committee_id"))

    op.drop_table("committee_member")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entry_thing")
        batch_op.drop_index(batch_op.f("ix_audit_entry_change_set_id"))
        batch_op.drop_index(batch_op.f("ix_audit_entry_actor_id"))
        batch_op.drop_index(batch_op.f("ix_audit_entry_act"))

    op.drop_table("audit_entry")
    with op.batch_alter_table("agreement_party", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agreement_party_institution_id"))

    op.drop_table("agreement_party")
    op.drop_table("account")
    op.drop_table("throttle")
    op.drop_table("template_version")
    op.drop_table("person")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_due")

    op.drop_table("outbox")
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.drop_index("ix_notification_person")

    op.drop_table("notification")
    op.drop_table("job_round")
    op.drop_table("institution")
    op.drop_table("committee")
    with op.batch_alter_table("change_set", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_change_set_actor_id"))

    op.drop_table("change_set")
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agreement_parent_id"))

    op.drop_table("agreement")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")
