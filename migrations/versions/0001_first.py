"""The first schema: every table, and the triggers that make the audit trail and the ledger append-only.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

from app.common.guards import append_only_ddl

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("audit_event", "enterprise_fact", "ledger_entry")


def upgrade():
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("object_type", sa.String(length=60), nullable=False),
        sa.Column("object_id", sa.String(length=60), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("user_name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("organisation_name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index("ix_audit_event_at", ["at"], unique=False)
        batch_op.create_index("ix_audit_event_object", ["object_type", "object_id", "id"], unique=False)
        batch_op.create_index("ix_audit_event_user", ["user_id", "id"], unique=False)

    op.create_table(
        "calendar_day",
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("is_workday", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("date", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_year")),
    )
    op.create_table(
        "demo_clock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_demo_clock_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demo_clock")),
    )
    op.create_table(
        "division",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column(
            "level",
            sa.Enum("city", "district", "street", "community", name="divisionlevel", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("parent_code", sa.String(length=12), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(level = 'city') = (parent_code IS NULL)", name=op.f("ck_division_parent")),
        sa.CheckConstraint(
            "length(code) = CASE level WHEN 'city' THEN 4 WHEN 'district' THEN 6 WHEN 'street' THEN 9 ELSE 12 END",
            name=op.f("ck_division_code_length"),
        ),
        sa.CheckConstraint(
            "parent_code IS NULL OR substr(code, 1, length(parent_code)) = parent_code", name=op.f("ck_division_code_within_parent")
        ),
        sa.CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_from < valid_to", name=op.f("ck_division_validity")),
        sa.ForeignKeyConstraint(["parent_code"], ["division.code"], name=op.f("fk_division_parent_code_division")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_division")),
        sa.UniqueConstraint("parent_code", "name", name=op.f("uq_division_parent_code_name")),
    )
    with op.batch_alter_table("division", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_division_parent_code"), ["parent_code"], unique=False)

    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "bureau",
                "street_office",
                "community",
                "owners_committee",
                "enterprise",
                "expert_pool",
                name="organisationkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("kind", "name", "division_code", name=op.f("uq_organisation_kind_name_division_code")),
    )
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_division_code"), ["division_code"], unique=False)

    op.create_table(
        "outbox_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("to", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_mail")),
    )
    with op.batch_alter_table("outbox_mail", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_mail_to"), ["to"], unique=False)

    op.create_table(
        "recommended_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("as_of_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommended_batch")),
        sa.UniqueConstraint("name", name=op.f("uq_recommended_batch_name")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_attempt_address", ["address", "at"], unique=False)
        batch_op.create_index("ix_sign_in_attempt_email", ["email", "at"], unique=False)

    op.create_table(
        "stored_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_stored_file_size")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
    )
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stored_file_sha256"), ["sha256"], unique=False)

    op.create_table(
        "tender_series",
        sa.Column("prefix", sa.String(length=12), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", "year", name=op.f("pk_tender_series")),
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_user_account_email_lower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("email", name=op.f("uq_user_account_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_user_account_fs_uniquifier")),
    )
    op.create_table(
        "enterprise",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column(
            "level", sa.Enum("first", "second", "third", name="level", native_enum=False, create_constraint=True, length=40), nullable=True
        ),
        sa.Column("legal_representative", sa.String(length=40), nullable=True),
        sa.Column("founded_on", sa.Date(), nullable=True),
        sa.Column("capital_fen", sa.BigInteger(), nullable=True),
        sa.Column("staff", sa.Integer(), nullable=True),
        sa.Column("managers", sa.Integer(), nullable=True),
        sa.Column("technicians", sa.Integer(), nullable=True),
        sa.Column("certified_managers", sa.Integer(), nullable=True),
        sa.Column("projects_count", sa.Integer(), nullable=True),
        sa.Column("managed_area_centi", sa.BigInteger(), nullable=True),
        sa.Column("residential_area_centi", sa.BigInteger(), nullable=True),
        sa.Column("revenue_fen", sa.BigInteger(), nullable=True),
        sa.Column("national_prizes", sa.Integer(), nullable=True),
        sa.Column("provincial_prizes", sa.Integer(), nullable=True),
        sa.Column("city_prizes", sa.Integer(), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("stated_on", sa.Date(), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column(
            "verification",
            sa.Enum("pending", "verified", "refused", name="verification", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verification_note", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(verification = 'verified') = (verified_at IS NOT NULL)", name=op.f("ck_enterprise_verified_at_when_verified")),
        sa.CheckConstraint("capital_fen >= 0", name=op.f("ck_enterprise_capital_fen")),
        sa.CheckConstraint("certified_managers >= 0", name=op.f("ck_enterprise_certified_managers")),
        sa.CheckConstraint("city_prizes >= 0", name=op.f("ck_enterprise_city_prizes")),
        sa.CheckConstraint("length(uscc) = 18", name=op.f("ck_enterprise_uscc_length")),
        sa.CheckConstraint("managed_area_centi >= 0", name=op.f("ck_enterprise_managed_area_centi")),
        sa.CheckConstraint("managers >= 0", name=op.f("ck_enterprise_managers")),
        sa.CheckConstraint("national_prizes >= 0", name=op.f("ck_enterprise_national_prizes")),
        sa.CheckConstraint("projects_count >= 0", name=op.f("ck_enterprise_projects_count")),
        sa.CheckConstraint("provincial_prizes >= 0", name=op.f("ck_enterprise_provincial_prizes")),
        sa.CheckConstraint("residential_area_centi <= managed_area_centi", name=op.f("ck_enterprise_residential_within_managed")),
        sa.CheckConstraint("residential_area_centi >= 0", name=op.f("ck_enterprise_residential_area_centi")),
        sa.CheckConstraint("revenue_fen >= 0", name=op.f("ck_enterprise_revenue_fen")),
        sa.CheckConstraint("staff >= 0", name=op.f("ck_enterprise_staff")),
        sa.CheckConstraint("technicians >= 0", name=op.f("ck_enterprise_technicians")),
        sa.CheckConstraint("uscc = upper(uscc)", name=op.f("ck_enterprise_uscc_upper")),
        sa.ForeignKeyConstraint(["batch_id"], ["recommended_batch.id"], name=op.f("fk_enterprise_batch_id_recommended_batch")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_enterprise_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_enterprise_organisation_id")),
        sa.UniqueConstraint("uscc", name=op.f("uq_enterprise_uscc")),
    )
    with op.batch_alter_table("enterprise", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enterprise_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index("ix_enterprise_name_id", ["name", "id"], unique=False)

    op.create_table(
        "import_job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("as_of_on", sa.Date(), nullable=True),
        sa.Column("corrections", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "reading",
                "unreadable",
                "blocked",
                "ready",
                "importing",
                "done",
                "unchanged",
                "withdrawn",
                name="importstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("run_token", sa.String(length=32), nullable=False),
        sa.Column("run_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reading", sa.JSON(), nullable=True),
        sa.Column("plan", sa.JSON(), nullable=True),
        sa.Column("failure", sa.JSON(), nullable=True),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=True),
        sa.Column("uploaded_by_name", sa.String(length=120), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_by_name", sa.String(length=120), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_warnings", sa.JSON(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name=op.f("ck_import_job_done_at")),
        sa.CheckConstraint("state <> 'done' OR confirmed_at IS NOT NULL", name=op.f("ck_import_job_done_was_confirmed")),
        sa.CheckConstraint("state <> 'importing' OR run_token <> ''", name=op.f("ck_import_job_importing_has_token")),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["user_account.id"], name=op.f("fk_import_job_confirmed_by_id_user_account")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_import_job_file_id_stored_file")),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["user_account.id"], name=op.f("fk_import_job_uploaded_by_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_job")),
    )
    with op.batch_alter_table("import_job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_job_division_code"), ["division_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_import_job_file_id"), ["file_id"], unique=False)
        batch_op.create_index("ix_import_job_kind", ["kind", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_import_job_sha256"), ["sha256"], unique=False)

    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "administrator",
                "bureau_officer",
                "bureau_approver",
                "legal_officer",
                "finance_officer",
                "auditor",
                "street_officer",
                "community_manager",
                "enterprise_clerk",
                "enterprise_signatory",
                "evaluator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("invited_by_id", sa.Integer(), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["invited_by_id"], ["user_account.id"], name=op.f("fk_invitation_invited_by_id_user_account")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_invitation_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_invitation_token_sha256")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "administrator",
                "bureau_officer",
                "bureau_approver",
                "legal_officer",
                "finance_officer",
                "auditor",
                "street_officer",
                "community_manager",
                "enterprise_clerk",
                "enterprise_signatory",
                "evaluator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_membership_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_membership_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_membership_user_id"), ["user_id"], unique=False)
        batch_op.create_index(
            "uq_membership_active",
            ["user_id", "organisation_id", "role"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "programme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "kind", sa.Enum("subsidy", "honour", name="programmekind", native_enum=False, create_constraint=True, length=40), nullable=False
        ),
        sa.Column(
            "status",
            sa.Enum("draft", "proposed", "active", "ended", name="programmestatus", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("budget_fen", sa.BigInteger(), nullable=False),
        sa.Column("rate_fen", sa.Integer(), nullable=True),
        sa.Column("later_rates_fen", sa.JSON(), nullable=False),
        sa.Column("cap_months", sa.Integer(), nullable=True),
        sa.Column("cap_fen", sa.BigInteger(), nullable=True),
        sa.Column("fixed_sum_fen", sa.BigInteger(), nullable=True),
        sa.Column("instalments_bp", sa.JSON(), nullable=False),
        sa.Column("publicity_days", sa.Integer(), nullable=False),
        sa.Column("pay_within_days", sa.Integer(), nullable=False),
        sa.Column(
            "payee", sa.Enum("enterprise", "applicant", name="payee", native_enum=False, create_constraint=True, length=40), nullable=False
        ),
        sa.Column("applicant_kinds", sa.JSON(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prepared_by_id", sa.Integer(), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("activated_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'subsidy' AND rate_fen > 0 AND cap_months > 0 AND fixed_sum_fen IS NULL) OR (kind = 'honour' AND rate_fen IS NULL AND cap_months IS NULL AND fixed_sum_fen > 0)",
            name=op.f("ck_programme_terms_of_kind"),
        ),
        sa.CheckConstraint("status NOT IN ('active', 'ended') OR activated_at IS NOT NULL", name=op.f("ck_programme_active_has_fact")),
        sa.CheckConstraint("(activated_at IS NULL) = (activated_by_id IS NULL)", name=op.f("ck_programme_activated_by_somebody")),
        sa.CheckConstraint("activated_by_id IS NULL OR activated_by_id <> prepared_by_id", name=op.f("ck_programme_four_eyes")),
        sa.CheckConstraint("budget_fen > 0", name=op.f("ck_programme_budget_positive")),
        sa.CheckConstraint("cap_fen IS NULL OR cap_fen > 0", name=op.f("ck_programme_cap_positive")),
        sa.CheckConstraint("closes_on >= opens_on", name=op.f("ck_programme_window")),
        sa.CheckConstraint("pay_within_days BETWEEN 1 AND 365", name=op.f("ck_programme_pay_within_days")),
        sa.CheckConstraint("publicity_days BETWEEN 1 AND 60", name=op.f("ck_programme_publicity_days")),
        sa.ForeignKeyConstraint(["activated_by_id"], ["user_account.id"], name=op.f("fk_programme_activated_by_id_user_account")),
        sa.ForeignKeyConstraint(["division_code"], ["division.code"], name=op.f("fk_programme_division_code_division")),
        sa.ForeignKeyConstraint(["prepared_by_id"], ["user_account.id"], name=op.f("fk_programme_prepared_by_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
        sa.UniqueConstraint("name", name="uq_programme_name"),
    )
    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_programme_division_code"), ["division_code"], unique=False)

    op.create_table(
        "tender",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "returned",
                "filed",
                "published",
                "opened",
                "evaluated",
                "candidates_public",
                "awarded",
                "award_filed",
                "contracted",
                "cancelled",
                "failed",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "regime",
            sa.Enum("PRELIM", "OWNERS", "PUBLIC", "COMMUNITY", name="regime", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("regime_version", sa.String(length=12), nullable=False),
        sa.Column("method", sa.Enum("open", name="method", native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column("procuring_entity_id", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("ceiling_fen", sa.Integer(), nullable=True),
        sa.Column("term_months", sa.Integer(), nullable=True),
        sa.Column(
            "level_scheme", sa.Enum("CPMI_2004", name="levelscheme", native_enum=False, create_constraint=True, length=40), nullable=False
        ),
        sa.Column(
            "service_level",
            sa.Enum("1", "2", "3", name="servicelevel", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("service_content", sa.Text(), nullable=False),
        sa.Column("eligibility", sa.Text(), nullable=False),
        sa.Column("bid_instructions", sa.Text(), nullable=False),
        sa.Column("contract_terms", sa.Text(), nullable=False),
        sa.Column("opening_place", sa.String(length=200), nullable=False),
        sa.Column("contact_name", sa.String(length=40), nullable=False),
        sa.Column("contact_phone", sa.String(length=40), nullable=False),
        sa.Column("bid_validity_days", sa.Integer(), nullable=False),
        sa.Column("defence_on", sa.Date(), nullable=True),
        sa.Column("area_centi", sa.BigInteger(), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("publish_on", sa.Date(), nullable=True),
        sa.Column("bid_deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("evaluated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("candidates_public_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("awarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("award_filed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "failure_cause",
            sa.Enum(
                "too_few_bids",
                "all_rejected",
                "no_candidate_left",
                "unreadable",
                name="failurecause",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("failure_note", sa.Text(), nullable=False),
        sa.Column("notice_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retender_of_id", sa.Integer(), nullable=True),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(status = 'failed') = (failure_cause IS NOT NULL)", name=op.f("ck_tender_failure_has_cause")),
        sa.CheckConstraint("(status IN ('cancelled')) = (cancelled_at IS NOT NULL)", name=op.f("ck_tender_fact_cancelled_at")),
        sa.CheckConstraint("(status IN ('failed')) = (failed_at IS NOT NULL)", name=op.f("ck_tender_fact_failed_at")),
        sa.CheckConstraint("status <> 'cancelled' OR cancel_reason <> ''", name=op.f("ck_tender_cancel_has_reason")),
        sa.CheckConstraint("status <> 'failed' OR published_at IS NOT NULL", name=op.f("ck_tender_failed_was_published")),
        sa.CheckConstraint(
            "status IN ('cancelled', 'failed') OR (status IN ('award_filed', 'awarded', 'candidates_public', 'contracted')) = (candidates_public_at IS NOT NULL)",
            name=op.f("ck_tender_fact_candidates_public_at"),
        ),
        sa.CheckConstraint(
            "status IN ('cancelled', 'failed') OR (status IN ('award_filed', 'awarded', 'candidates_public', 'contracted', 'evaluated')) = (evaluated_at IS NOT NULL)",
            name=op.f("ck_tender_fact_evaluated_at"),
        ),
        sa.CheckConstraint(
            "status IN ('cancelled', 'failed') OR (status IN ('award_filed', 'awarded', 'candidates_public', 'contracted', 'evaluated', 'filed', 'opened', 'published')) = (filed_at IS NOT NULL)",
            name=op.f("ck_tender_fact_filed_at"),
        ),
        sa.CheckConstraint(
            "status IN ('cancelled', 'failed') OR (status IN ('award_filed', 'awarded', 'candidates_public', 'contracted', 'evaluated', 'filed', 'opened', 'published', 'submitted')) = (submitted_at IS NOT NULL)",
            name=op.f("ck_tender_fact_submitted_at"),
        ),
        sa.CheckConstraint(
            "status IN ('cancelled', 'failed') OR (status IN ('award_filed', 'awarded', 'candidates_public', 'contracted', 'evaluated', 'opened')) = (opened_at IS NOT NULL)",
            name=op.f("ck_tender_fact_opened_at"),
        ),
        sa.CheckConstraint(
            "status IN ('cancelled', 'failed') OR (status IN ('award_filed', 'awarded', 'candidates_public', 'contracted', 'evaluated', 'opened', 'published')) = (published_at IS NOT NULL)",
            name=op.f("ck_tender_fact_published_at"),
        ),
        sa.CheckConstraint(
            "status IN ('cancelled', 'failed') OR (status IN ('award_filed', 'awarded', 'contracted')) = (awarded_at IS NOT NULL)",
            name=op.f("ck_tender_fact_awarded_at"),
        ),
        sa.CheckConstraint(
            "status IN ('cancelled', 'failed') OR (status IN ('award_filed', 'contracted')) = (award_filed_at IS NOT NULL)",
            name=op.f("ck_tender_fact_award_filed_at"),
        ),
        sa.CheckConstraint(
            "status IN ('cancelled', 'failed') OR (status IN ('contracted')) = (contracted_at IS NOT NULL)",
            name=op.f("ck_tender_fact_contracted_at"),
        ),
        sa.CheckConstraint(
            "candidates_public_at IS NULL OR notice_ends_at > candidates_public_at", name=op.f("ck_tender_notice_after_publication")
        ),
        sa.CheckConstraint("ceiling_fen IS NULL OR ceiling_fen > 0", name=op.f("ck_tender_ceiling_positive")),
        sa.CheckConstraint("opened_at IS NULL OR opened_at >= bid_deadline_at", name=op.f("ck_tender_opened_after_deadline")),
        sa.CheckConstraint("published_at IS NULL OR bid_deadline_at > published_at", name=op.f("ck_tender_deadline_after_notice")),
        sa.CheckConstraint("term_months IS NULL OR term_months BETWEEN 1 AND 120", name=op.f("ck_tender_term")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user_account.id"], name=op.f("fk_tender_created_by_id_user_account")),
        sa.ForeignKeyConstraint(["division_code"], ["division.code"], name=op.f("fk_tender_division_code_division")),
        sa.ForeignKeyConstraint(["procuring_entity_id"], ["organisation.id"], name=op.f("fk_tender_procuring_entity_id_organisation")),
        sa.ForeignKeyConstraint(["retender_of_id"], ["tender.id"], name=op.f("fk_tender_retender_of_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tender")),
        sa.UniqueConstraint("number", name="uq_tender_number"),
    )
    with op.batch_alter_table("tender", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tender_division_code"), ["division_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_tender_procuring_entity_id"), ["procuring_entity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tender_retender_of_id"), ["retender_of_id"], unique=False)
        batch_op.create_index("ix_tender_status_deadline", ["status", "bid_deadline_at"], unique=False)

    op.create_table(
        "bid",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("current_number", sa.Integer(), nullable=False),
        sa.Column("blind_code", sa.String(length=8), nullable=True),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("current_number >= 1", name=op.f("ck_bid_current_number")),
        sa.CheckConstraint("withdrawn_at IS NULL OR withdrawn_at >= submitted_at", name=op.f("ck_bid_withdrawn_after_submitted")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_bid_enterprise_id_enterprise")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_bid_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_bid_tender_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid")),
        sa.UniqueConstraint("tender_id", "enterprise_id", name="uq_bid_tender_enterprise"),
    )
    with op.batch_alter_table("bid", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bid_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bid_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bid_tender_id"), ["tender_id"], unique=False)

    op.create_table(
        "bid_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("price_fen", sa.Integer(), nullable=True),
        sa.Column("project_manager", sa.String(length=80), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("staffing", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("no_interest", sa.Boolean(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_bid_draft_enterprise_id_enterprise")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_bid_draft_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["saved_by_id"], ["user_account.id"], name=op.f("fk_bid_draft_saved_by_id_user_account")),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_bid_draft_tender_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid_draft")),
        sa.UniqueConstraint("tender_id", "organisation_id", name="uq_bid_draft_tender_organisation"),
    )
    with op.batch_alter_table("bid_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bid_draft_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bid_draft_tender_id"), ["tender_id"], unique=False)

    op.create_table(
        "budget_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("budget_fen", sa.BigInteger(), nullable=False),
        sa.Column("committed_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("reclaimed_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("budget_fen > 0", name=op.f("ck_budget_line_budget_positive")),
        sa.CheckConstraint("committed_fen >= 0 AND committed_fen <= budget_fen", name=op.f("ck_budget_line_not_overdrawn")),
        sa.CheckConstraint("paid_fen >= 0 AND paid_fen <= committed_fen", name=op.f("ck_budget_line_paid_within_committed")),
        sa.CheckConstraint("reclaimed_fen >= 0 AND reclaimed_fen <= paid_fen", name=op.f("ck_budget_line_reclaimed_within_paid")),
        sa.ForeignKeyConstraint(["division_code"], ["division.code"], name=op.f("fk_budget_line_division_code_division")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_budget_line_programme_id_programme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_line")),
        sa.UniqueConstraint("programme_id", "division_code", name="uq_budget_line_programme_division"),
    )
    with op.batch_alter_table("budget_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_budget_line_division_code"), ["division_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_budget_line_programme_id"), ["programme_id"], unique=False)

    op.create_table(
        "compound",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("area_centi", sa.Integer(), nullable=False),
        sa.Column("buildings", sa.SmallInteger(), nullable=True),
        sa.Column("built_year", sa.SmallInteger(), nullable=True),
        sa.Column(
            "mode",
            sa.Enum(
                "professional",
                "unit_logistics",
                "community_custody",
                "self_managed",
                "cleaning_only",
                "none",
                name="managementmode",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("fee_fen", sa.Integer(), nullable=True),
        sa.Column("has_guard", sa.Boolean(), nullable=True),
        sa.Column("has_lamps", sa.Boolean(), nullable=True),
        sa.Column("has_greening", sa.Boolean(), nullable=True),
        sa.Column("has_monitoring", sa.Boolean(), nullable=True),
        sa.Column("has_committee", sa.Boolean(), nullable=True),
        sa.Column("owners_committee_id", sa.Integer(), nullable=True),
        sa.Column("is_cleaned", sa.Boolean(), nullable=True),
        sa.Column("has_contact_posted", sa.Boolean(), nullable=True),
        sa.Column("are_drains_kept", sa.Boolean(), nullable=True),
        sa.Column("has_agreement", sa.Boolean(), nullable=True),
        sa.Column("has_owner_decision", sa.Boolean(), nullable=True),
        sa.Column("has_filed_contract", sa.Boolean(), nullable=True),
        sa.Column("service_level", sa.SmallInteger(), nullable=True),
        sa.Column("longitude_e6", sa.Integer(), nullable=True),
        sa.Column("latitude_e6", sa.Integer(), nullable=True),
        sa.Column("census_on", sa.Date(), nullable=True),
        sa.Column("search_text", sa.String(length=200), nullable=False),
        sa.Column("import_job_id", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(longitude_e6 IS NULL) = (latitude_e6 IS NULL)", name=op.f("ck_compound_whole_position")),
        sa.CheckConstraint("area_centi > 0", name=op.f("ck_compound_area")),
        sa.CheckConstraint("buildings >= 1", name=op.f("ck_compound_buildings")),
        sa.CheckConstraint("built_year BETWEEN 1900 AND 2200", name=op.f("ck_compound_built_year")),
        sa.CheckConstraint("fee_fen >= 0", name=op.f("ck_compound_fee")),
        sa.CheckConstraint("households >= 0", name=op.f("ck_compound_households")),
        sa.CheckConstraint("length(division_code) = 12", name=op.f("ck_compound_in_community")),
        sa.CheckConstraint(
            "longitude_e6 BETWEEN 73000000 AND 136000000 AND latitude_e6 BETWEEN 3000000 AND 54000000", name=op.f("ck_compound_position")
        ),
        sa.CheckConstraint("service_level BETWEEN 1 AND 3", name=op.f("ck_compound_service_level")),
        sa.ForeignKeyConstraint(["division_code"], ["division.code"], name=op.f("fk_compound_division_code_division")),
        sa.ForeignKeyConstraint(["import_job_id"], ["import_job.id"], name=op.f("fk_compound_import_job_id_import_job")),
        sa.ForeignKeyConstraint(["owners_committee_id"], ["organisation.id"], name=op.f("fk_compound_owners_committee_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compound")),
        sa.UniqueConstraint("division_code", "name", name=op.f("uq_compound_division_code_name")),
    )
    with op.batch_alter_table("compound", schema=None) as batch_op:
        batch_op.create_index("ix_compound_area", ["area_centi", "id"], unique=False)
        batch_op.create_index("ix_compound_households", ["households", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_compound_import_job_id"), ["import_job_id"], unique=False)
        batch_op.create_index("ix_compound_mode", ["mode", "division_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_compound_owners_committee_id"), ["owners_committee_id"], unique=False)

    op.create_table(
        "conduct_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.Enum("good", "bad", name="conductkind", native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column("matter", sa.String(length=100), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("document_number", sa.String(length=60), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("is_regional_prize", sa.Boolean(), nullable=False),
        sa.Column("source_text", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_reason", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(kind = 'good' AND points > 0) OR (kind = 'bad' AND points < 0)", name=op.f("ck_conduct_record_points_sign")),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_reason = '')", name=op.f("ck_conduct_record_revoked_with_reason")),
        sa.CheckConstraint("expires_on >= occurred_on", name=op.f("ck_conduct_record_expires_after")),
        sa.CheckConstraint("points BETWEEN -100 AND 100", name=op.f("ck_conduct_record_points_range")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_conduct_record_enterprise_id_enterprise")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conduct_record")),
    )
    with op.batch_alter_table("conduct_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conduct_record_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index("ix_conduct_record_expires_on_occurred_on", ["expires_on", "occurred_on"], unique=False)
        batch_op.create_index(
            "uq_conduct_record_natural",
            ["enterprise_id", "occurred_on", "document_number", "matter"],
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        )

    op.create_table(
        "enterprise_fact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column(
            "name",
            sa.Enum(
                "name",
                "level",
                "legal_representative",
                "founded_on",
                "capital_fen",
                "staff",
                "managers",
                "technicians",
                "certified_managers",
                "projects_count",
                "managed_area_centi",
                "residential_area_centi",
                "revenue_fen",
                "national_prizes",
                "provincial_prizes",
                "city_prizes",
                "service_area",
                "phone",
                name="factname",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("as_of_on", sa.Date(), nullable=False),
        sa.Column(
            "source",
            sa.Enum("bureau_list", "declared", name="factsource", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("source_text", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_enterprise_fact_enterprise_id_enterprise")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise_fact")),
    )
    with op.batch_alter_table("enterprise_fact", schema=None) as batch_op:
        batch_op.create_index("ix_enterprise_fact_enterprise_id_name_id", ["enterprise_id", "name", "id"], unique=False)

    op.create_table(
        "enterprise_project",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("area_centi", sa.BigInteger(), nullable=False),
        sa.Column(
            "source",
            sa.Enum("declared", "platform", name="projectsource", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("reference", sa.String(length=60), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("signed_on IS NULL OR source = 'platform'", name=op.f("ck_enterprise_project_signed_on_platform")),
        sa.CheckConstraint("area_centi > 0", name=op.f("ck_enterprise_project_area")),
        sa.CheckConstraint("until_on IS NULL OR until_on >= since_on", name=op.f("ck_enterprise_project_until_after")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_enterprise_project_enterprise_id_enterprise")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise_project")),
        sa.UniqueConstraint("enterprise_id", "name", "since_on", name="uq_enterprise_project_natural"),
    )
    with op.batch_alter_table("enterprise_project", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enterprise_project_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index(
            "uq_enterprise_project_reference",
            ["enterprise_id", "reference"],
            unique=True,
            sqlite_where=sa.text("source = 'platform'"),
            postgresql_where=sa.text("source = 'platform'"),
        )

    op.create_table(
        "enterprise_service_district",
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_enterprise_service_district_enterprise_id_enterprise")),
        sa.PrimaryKeyConstraint("enterprise_id", "name", name=op.f("pk_enterprise_service_district")),
    )
    with op.batch_alter_table("enterprise_service_district", schema=None) as batch_op:
        batch_op.create_index("ix_enterprise_service_district_name", ["name"], unique=False)

    op.create_table(
        "evaluator_assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("seat", sa.Enum("tenderer", "expert", name="seat", native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assigned_by_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recusal_reason", sa.String(length=400), nullable=False),
        sa.CheckConstraint("recused_at IS NULL OR recusal_reason <> ''", name=op.f("ck_evaluator_assignment_recusal_has_reason")),
        sa.ForeignKeyConstraint(["assigned_by_id"], ["user_account.id"], name=op.f("fk_evaluator_assignment_assigned_by_id_user_account")),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_evaluator_assignment_tender_id_tender")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_evaluator_assignment_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluator_assignment")),
        sa.UniqueConstraint("tender_id", "user_id", name="uq_evaluator_assignment_tender_user"),
    )
    with op.batch_alter_table("evaluator_assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evaluator_assignment_tender_id"), ["tender_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_evaluator_assignment_user_id"), ["user_id"], unique=False)

    op.create_table(
        "filing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column(
            "subject",
            sa.Enum("notice", "award", name="filingsubject", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "pending", "returned", "confirmed", "taken_back", name="filingoutcome", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("corrections", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(outcome = 'pending') = (decided_at IS NULL)", name=op.f("ck_filing_decided")),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR outcome = 'taken_back' OR decided_by_id <> submitted_by_id", name=op.f("ck_filing_four_eyes")
        ),
        sa.CheckConstraint("outcome <> 'returned' OR corrections <> ''", name=op.f("ck_filing_return_has_corrections")),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name=op.f("ck_filing_decided_by_somebody")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user_account.id"], name=op.f("fk_filing_decided_by_id_user_account")),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["user_account.id"], name=op.f("fk_filing_submitted_by_id_user_account")),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_filing_tender_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing")),
    )
    with op.batch_alter_table("filing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_filing_tender_id"), ["tender_id"], unique=False)
        batch_op.create_index(
            "uq_filing_pending",
            ["tender_id", "subject"],
            unique=True,
            sqlite_where=sa.text("outcome = 'pending'"),
            postgresql_where=sa.text("outcome = 'pending'"),
        )

    op.create_table(
        "opening_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("presided_by", sa.String(length=80), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("witnessed_by", sa.String(length=80), nullable=False),
        sa.Column("record_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["opened_by_id"], ["user_account.id"], name=op.f("fk_opening_record_opened_by_id_user_account")),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_opening_record_tender_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_record")),
        sa.UniqueConstraint("tender_id", name="uq_opening_record_tender"),
    )
    op.create_table(
        "ranking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("computed_by_id", sa.Integer(), nullable=False),
        sa.Column("inputs_sha256", sa.String(length=64), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("stability", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["computed_by_id"], ["user_account.id"], name=op.f("fk_ranking_computed_by_id_user_account")),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_ranking_tender_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ranking")),
        sa.UniqueConstraint("tender_id", name="uq_ranking_tender"),
    )
    op.create_table(
        "score_criterion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "price",
                "scored_plan",
                "staffing",
                "credibility",
                "capacity",
                "record",
                "defence",
                name="criterionkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("guidance", sa.Text(), nullable=False),
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name=op.f("ck_score_criterion_weight")),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_score_criterion_tender_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_criterion")),
        sa.UniqueConstraint("tender_id", "code", name="uq_score_criterion_tender_code"),
    )
    with op.batch_alter_table("score_criterion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_score_criterion_tender_id"), ["tender_id"], unique=False)

    op.create_table(
        "tender_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "tender_documents",
                "contract_draft",
                "mandate",
                "drawing",
                "other",
                name="documentkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["user_account.id"], name=op.f("fk_tender_document_added_by_id_user_account")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_tender_document_file_id_stored_file")),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_tender_document_tender_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tender_document")),
    )
    with op.batch_alter_table("tender_document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tender_document_tender_id"), ["tender_id"], unique=False)

    op.create_table(
        "award",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("bid_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("price_fen", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "void_reason",
            sa.Enum("returned", "passed_over", name="voidreason", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("void_note", sa.Text(), nullable=False),
        sa.CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name=op.f("ck_award_void_has_reason")),
        sa.CheckConstraint("rank >= 1", name=op.f("ck_award_rank_from_one")),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name=op.f("fk_award_bid_id_bid")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user_account.id"], name=op.f("fk_award_decided_by_id_user_account")),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_award_tender_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
    )
    with op.batch_alter_table("award", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_award_tender_id"), ["tender_id"], unique=False)
        batch_op.create_index(
            "uq_award_standing",
            ["tender_id"],
            unique=True,
            sqlite_where=sa.text("voided_at IS NULL"),
            postgresql_where=sa.text("voided_at IS NULL"),
        )

    op.create_table(
        "bid_draft_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("letter", "plan", "staffing", "other", name="biddocumentkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["bid_draft.id"], name=op.f("fk_bid_draft_document_draft_id_bid_draft")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_bid_draft_document_file_id_stored_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid_draft_document")),
    )
    with op.batch_alter_table("bid_draft_document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bid_draft_document_draft_id"), ["draft_id"], unique=False)

    op.create_table(
        "bid_rejection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bid_id", sa.Integer(), nullable=False),
        sa.Column(
            "ground",
            sa.Enum(
                "unsigned",
                "no_consortium_agreement",
                "not_qualified",
                "two_bids",
                "price",
                "no_response",
                "collusion",
                name="rejectionground",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("explanation <> ''", name=op.f("ck_bid_rejection_has_explanation")),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name=op.f("fk_bid_rejection_bid_id_bid")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["user_account.id"], name=op.f("fk_bid_rejection_proposed_by_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid_rejection")),
        sa.UniqueConstraint("bid_id", name="uq_bid_rejection_bid"),
    )
    op.create_table(
        "bid_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bid_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by_id", sa.Integer(), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("receipt", sa.String(length=40), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_bid_version_number")),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name=op.f("fk_bid_version_bid_id_bid")),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["user_account.id"], name=op.f("fk_bid_version_submitted_by_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid_version")),
        sa.UniqueConstraint("bid_id", "number", name="uq_bid_version_bid_number"),
        sa.UniqueConstraint("receipt", name="uq_bid_version_receipt"),
    )
    with op.batch_alter_table("bid_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bid_version_bid_id"), ["bid_id"], unique=False)

    op.create_table(
        "candidate_pass",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("bid_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "gave_up",
                "force_majeure",
                "no_performance_bond",
                "found_illegal",
                name="passreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("explanation <> ''", name=op.f("ck_candidate_pass_has_explanation")),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name=op.f("fk_candidate_pass_bid_id_bid")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_candidate_pass_file_id_stored_file")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["user_account.id"], name=op.f("fk_candidate_pass_recorded_by_id_user_account")),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_candidate_pass_tender_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate_pass")),
    )
    with op.batch_alter_table("candidate_pass", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_candidate_pass_tender_id"), ["tender_id"], unique=False)
        batch_op.create_index(
            "uq_candidate_pass_standing",
            ["bid_id"],
            unique=True,
            sqlite_where=sa.text("voided_at IS NULL"),
            postgresql_where=sa.text("voided_at IS NULL"),
        )

    op.create_table(
        "compound_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("compound_id", sa.Integer(), nullable=False),
        sa.Column("import_job_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["compound_id"], ["compound.id"], name=op.f("fk_compound_revision_compound_id_compound")),
        sa.ForeignKeyConstraint(["import_job_id"], ["import_job.id"], name=op.f("fk_compound_revision_import_job_id_import_job")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compound_revision")),
    )
    with op.batch_alter_table("compound_revision", schema=None) as batch_op:
        batch_op.create_index("ix_compound_revision_compound", ["compound_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_compound_revision_import_job_id"), ["import_job_id"], unique=False)

    op.create_table(
        "objection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("bid_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_by_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("text <> ''", name=op.f("ck_objection_has_text")),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answer IS NULL) AND (answered_at IS NULL) = (answered_by_id IS NULL)",
            name=op.f("ck_objection_answer_complete"),
        ),
        sa.ForeignKeyConstraint(["answered_by_id"], ["user_account.id"], name=op.f("fk_objection_answered_by_id_user_account")),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name=op.f("fk_objection_bid_id_bid")),
        sa.ForeignKeyConstraint(["raised_by_id"], ["user_account.id"], name=op.f("fk_objection_raised_by_id_user_account")),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_objection_tender_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
    )
    with op.batch_alter_table("objection", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_objection_tender_id"), ["tender_id"], unique=False)

    op.create_table(
        "ranking_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ranking_id", sa.Integer(), nullable=False),
        sa.Column("bid_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("is_candidate", sa.Boolean(), nullable=False),
        sa.Column("price_fen", sa.Integer(), nullable=False),
        sa.Column("total", sa.Numeric(precision=6, scale=2), nullable=True),
        sa.Column("explanation", sa.JSON(), nullable=False),
        sa.CheckConstraint("rank IS NULL OR rank >= 1", name=op.f("ck_ranking_row_rank_from_one")),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name=op.f("fk_ranking_row_bid_id_bid")),
        sa.ForeignKeyConstraint(["ranking_id"], ["ranking.id"], name=op.f("fk_ranking_row_ranking_id_ranking")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ranking_row")),
        sa.UniqueConstraint("ranking_id", "bid_id", name="uq_ranking_row_ranking_bid"),
    )
    with op.batch_alter_table("ranking_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ranking_row_bid_id"), ["bid_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ranking_row_ranking_id"), ["ranking_id"], unique=False)
        batch_op.create_index(
            "uq_ranking_row_rank",
            ["ranking_id", "rank"],
            unique=True,
            sqlite_where=sa.text("rank IS NOT NULL"),
            postgresql_where=sa.text("rank IS NOT NULL"),
        )

    op.create_table(
        "score_sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("bid_id", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["evaluator_assignment.id"], name=op.f("fk_score_sheet_assignment_id_evaluator_assignment")
        ),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name=op.f("fk_score_sheet_bid_id_bid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_sheet")),
        sa.UniqueConstraint("assignment_id", "bid_id", name="uq_score_sheet_assignment_bid"),
    )
    with op.batch_alter_table("score_sheet", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_score_sheet_assignment_id"), ["assignment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_score_sheet_bid_id"), ["bid_id"], unique=False)

    op.create_table(
        "tender_compound",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("compound_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("area_centi", sa.BigInteger(), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("buildings", sa.Integer(), nullable=True),
        sa.Column("is_claimed", sa.Boolean(), nullable=False),
        sa.CheckConstraint("area_centi >= 0", name=op.f("ck_tender_compound_area")),
        sa.CheckConstraint("buildings >= 0", name=op.f("ck_tender_compound_buildings")),
        sa.CheckConstraint("households >= 0", name=op.f("ck_tender_compound_households")),
        sa.ForeignKeyConstraint(["compound_id"], ["compound.id"], name=op.f("fk_tender_compound_compound_id_compound")),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_tender_compound_tender_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tender_compound")),
        sa.UniqueConstraint("tender_id", "compound_id", name="uq_tender_compound_tender_compound"),
    )
    with op.batch_alter_table("tender_compound", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tender_compound_compound_id"), ["compound_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tender_compound_tender_id"), ["tender_id"], unique=False)
        batch_op.create_index(
            "uq_tender_compound_claimed",
            ["compound_id"],
            unique=True,
            sqlite_where=sa.text("is_claimed"),
            postgresql_where=sa.text("is_claimed"),
        )

    op.create_table(
        "bid_content",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("price_fen", sa.Integer(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("staffing", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("project_manager", sa.String(length=80), nullable=False),
        sa.Column("no_interest", sa.Boolean(), nullable=False),
        sa.CheckConstraint("price_fen > 0", name=op.f("ck_bid_content_price_positive")),
        sa.ForeignKeyConstraint(["version_id"], ["bid_version.id"], name=op.f("fk_bid_content_version_id_bid_version")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_bid_content")),
    )
    op.create_table(
        "bid_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("letter", "plan", "staffing", "other", name="biddocumentkind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_bid_document_file_id_stored_file")),
        sa.ForeignKeyConstraint(["version_id"], ["bid_version.id"], name=op.f("fk_bid_document_version_id_bid_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid_document")),
        sa.UniqueConstraint("version_id", "position", name="uq_bid_document_version_position"),
    )
    with op.batch_alter_table("bid_document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bid_document_version_id"), ["version_id"], unique=False)

    op.create_table(
        "contract",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("term_months", sa.Integer(), nullable=False),
        sa.Column("price_fen", sa.Integer(), nullable=False),
        sa.Column("area_centi", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("late_reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("area_centi > 0", name=op.f("ck_contract_area_positive")),
        sa.CheckConstraint("ends_on > starts_on", name=op.f("ck_contract_ends_after_start")),
        sa.CheckConstraint("price_fen > 0", name=op.f("ck_contract_price_positive")),
        sa.CheckConstraint("term_months BETWEEN 1 AND 120", name=op.f("ck_contract_term")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_contract_award_id_award")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_contract_enterprise_id_enterprise")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_contract_file_id_stored_file")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["user_account.id"], name=op.f("fk_contract_recorded_by_id_user_account")),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_contract_tender_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("award_id", name="uq_contract_award"),
        sa.UniqueConstraint("tender_id", name="uq_contract_tender"),
    )
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contract_enterprise_id"), ["enterprise_id"], unique=False)

    op.create_table(
        "opening_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("bid_id", sa.Integer(), nullable=False),
        sa.Column("bid_version_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_name", sa.String(length=200), nullable=False),
        sa.Column("price_fen", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("seal_intact", sa.Boolean(), nullable=False),
        sa.Column("main_content", sa.String(length=400), nullable=False),
        sa.Column("remark", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name=op.f("fk_opening_line_bid_id_bid")),
        sa.ForeignKeyConstraint(["bid_version_id"], ["bid_version.id"], name=op.f("fk_opening_line_bid_version_id_bid_version")),
        sa.ForeignKeyConstraint(["record_id"], ["opening_record.id"], name=op.f("fk_opening_line_record_id_opening_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_line")),
        sa.UniqueConstraint("record_id", "bid_id", name="uq_opening_line_record_bid"),
        sa.UniqueConstraint("record_id", "position", name="uq_opening_line_record_position"),
    )
    with op.batch_alter_table("opening_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_opening_line_record_id"), ["record_id"], unique=False)

    op.create_table(
        "rejection_ballot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rejection_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column(
            "voice",
            sa.Enum("agreed", "refused", name="rejectionvoice", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["evaluator_assignment.id"], name=op.f("fk_rejection_ballot_assignment_id_evaluator_assignment")
        ),
        sa.ForeignKeyConstraint(["rejection_id"], ["bid_rejection.id"], name=op.f("fk_rejection_ballot_rejection_id_bid_rejection")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejection_ballot")),
        sa.UniqueConstraint("rejection_id", "assignment_id", name="uq_rejection_ballot_rejection_assignment"),
    )
    with op.batch_alter_table("rejection_ballot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rejection_ballot_assignment_id"), ["assignment_id"], unique=False)

    op.create_table(
        "score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("points", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.CheckConstraint("points >= 0", name=op.f("ck_score_points_not_negative")),
        sa.ForeignKeyConstraint(["criterion_id"], ["score_criterion.id"], name=op.f("fk_score_criterion_id_score_criterion")),
        sa.ForeignKeyConstraint(["sheet_id"], ["score_sheet.id"], name=op.f("fk_score_sheet_id_score_sheet")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score")),
        sa.UniqueConstraint("sheet_id", "criterion_id", name="uq_score_sheet_criterion"),
    )
    with op.batch_alter_table("score", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_score_sheet_id"), ["sheet_id"], unique=False)

    op.create_table(
        "funding_application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("compound_id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=True),
        sa.Column("enterprise_id", sa.Integer(), nullable=True),
        sa.Column("applicant_id", sa.Integer(), nullable=False),
        sa.Column("payee_organisation_id", sa.Integer(), nullable=True),
        sa.Column("line_id", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "street_reviewed",
                "district_reviewed",
                "bureau_approved",
                "publicity",
                "objected",
                "payable",
                "partly_paid",
                "paid",
                "returned",
                "refused",
                "withdrawn",
                "stopped",
                "reclaimed",
                name="applicationstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("round_no", sa.Integer(), nullable=False),
        sa.Column("compound_name", sa.String(length=200), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("payee_name", sa.String(length=200), nullable=False),
        sa.Column("area_centi", sa.BigInteger(), nullable=False),
        sa.Column("register_area_centi", sa.BigInteger(), nullable=False),
        sa.Column("contract_area_centi", sa.BigInteger(), nullable=True),
        sa.Column("rates_fen", sa.JSON(), nullable=False),
        sa.Column("cap_months", sa.Integer(), nullable=True),
        sa.Column("cap_fen", sa.BigInteger(), nullable=True),
        sa.Column("contract_starts_on", sa.Date(), nullable=True),
        sa.Column("contract_ends_on", sa.Date(), nullable=True),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("covers_until_on", sa.Date(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("contact_name", sa.String(length=40), nullable=False),
        sa.Column("contact_phone", sa.String(length=40), nullable=False),
        sa.Column("payee_bank", sa.String(length=100), nullable=False),
        sa.Column("payee_account", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("publicity_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("publicity_ends_on", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("reclaimed_fen", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("status <> 'paid' OR paid_fen = amount_fen", name=op.f("ck_funding_application_paid_in_full")),
        sa.CheckConstraint("status <> 'payable'", name=op.f("ck_funding_application_payable_is_derived")),
        sa.CheckConstraint(
            "status IN ('draft', 'withdrawn') OR submitted_at IS NOT NULL", name=op.f("ck_funding_application_submitted_has_fact")
        ),
        sa.CheckConstraint(
            "status NOT IN ('bureau_approved', 'publicity', 'objected', 'partly_paid', 'paid', 'stopped', 'reclaimed') OR (approved_at IS NOT NULL AND line_id IS NOT NULL)",
            name=op.f("ck_funding_application_approved_has_fact"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('partly_paid', 'paid') OR paid_fen > 0", name=op.f("ck_funding_application_paid_state_has_money")
        ),
        sa.CheckConstraint(
            "status NOT IN ('publicity', 'objected', 'partly_paid', 'paid', 'stopped', 'reclaimed') OR (publicity_at IS NOT NULL AND publicity_ends_on IS NOT NULL)",
            name=op.f("ck_funding_application_published_has_fact"),
        ),
        sa.CheckConstraint("(contract_id IS NULL) = (enterprise_id IS NULL)", name=op.f("ck_funding_application_contract_has_enterprise")),
        sa.CheckConstraint("(submitted_at IS NULL) = (submitted_by_id IS NULL)", name=op.f("ck_funding_application_submitted_by_somebody")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_funding_application_amount_positive")),
        sa.CheckConstraint("area_centi <= register_area_centi", name=op.f("ck_funding_application_area_within_register")),
        sa.CheckConstraint(
            "contract_area_centi IS NULL OR area_centi <= contract_area_centi", name=op.f("ck_funding_application_area_within_contract")
        ),
        sa.CheckConstraint("paid_fen >= 0 AND paid_fen <= amount_fen", name=op.f("ck_funding_application_paid_within_amount")),
        sa.CheckConstraint("reclaimed_fen >= 0 AND reclaimed_fen <= paid_fen", name=op.f("ck_funding_application_reclaimed_within_paid")),
        sa.ForeignKeyConstraint(["applicant_id"], ["organisation.id"], name=op.f("fk_funding_application_applicant_id_organisation")),
        sa.ForeignKeyConstraint(["compound_id"], ["compound.id"], name=op.f("fk_funding_application_compound_id_compound")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_funding_application_contract_id_contract")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user_account.id"], name=op.f("fk_funding_application_created_by_id_user_account")),
        sa.ForeignKeyConstraint(["division_code"], ["division.code"], name=op.f("fk_funding_application_division_code_division")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_funding_application_enterprise_id_enterprise")),
        sa.ForeignKeyConstraint(["line_id"], ["budget_line.id"], name=op.f("fk_funding_application_line_id_budget_line")),
        sa.ForeignKeyConstraint(
            ["payee_organisation_id"], ["organisation.id"], name=op.f("fk_funding_application_payee_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_funding_application_programme_id_programme")),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["user_account.id"], name=op.f("fk_funding_application_submitted_by_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_application")),
        sa.UniqueConstraint("number", name=op.f("uq_funding_application_number")),
    )
    with op.batch_alter_table("funding_application", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_funding_application_applicant_id"), ["applicant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_funding_application_compound_id"), ["compound_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_funding_application_contract_id"), ["contract_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_funding_application_division_code"), ["division_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_funding_application_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_funding_application_line_id"), ["line_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_funding_application_programme_id"), ["programme_id"], unique=False)
        batch_op.create_index("ix_funding_application_status", ["status", "id"], unique=False)
        batch_op.create_index(
            "uq_funding_application_live",
            ["programme_id", "compound_id"],
            unique=True,
            sqlite_where=sa.text("status NOT IN ('refused', 'withdrawn')"),
            postgresql_where=sa.text("status NOT IN ('refused', 'withdrawn')"),
        )

    op.create_table(
        "acceptance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("has_passed", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("findings <> ''", name=op.f("ck_acceptance_has_findings")),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_acceptance_score")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["funding_application.id"], name=op.f("fk_acceptance_application_id_funding_application")
        ),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["user_account.id"], name=op.f("fk_acceptance_confirmed_by_id_user_account")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_acceptance_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptance")),
    )
    with op.batch_alter_table("acceptance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_acceptance_application_id"), ["application_id"], unique=False)
        batch_op.create_index(
            "uq_acceptance_passed",
            ["application_id"],
            unique=True,
            sqlite_where=sa.text("has_passed"),
            postgresql_where=sa.text("has_passed"),
        )

    op.create_table(
        "clawback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ordered_by_id", sa.Integer(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("receipt_number", sa.String(length=40), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(received_at IS NULL) = (receipt_number = '')", name=op.f("ck_clawback_received_has_receipt")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_clawback_has_reason")),
        sa.CheckConstraint("(received_at IS NULL) = (received_by_id IS NULL)", name=op.f("ck_clawback_received_by_somebody")),
        sa.CheckConstraint("(received_at IS NULL) = (received_on IS NULL)", name=op.f("ck_clawback_received_has_day")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_clawback_amount_positive")),
        sa.CheckConstraint("received_by_id IS NULL OR received_by_id <> ordered_by_id", name=op.f("ck_clawback_four_eyes")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["funding_application.id"], name=op.f("fk_clawback_application_id_funding_application")
        ),
        sa.ForeignKeyConstraint(["ordered_by_id"], ["user_account.id"], name=op.f("fk_clawback_ordered_by_id_user_account")),
        sa.ForeignKeyConstraint(["received_by_id"], ["user_account.id"], name=op.f("fk_clawback_received_by_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clawback")),
    )
    with op.batch_alter_table("clawback", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_clawback_application_id"), ["application_id"], unique=False)
        batch_op.create_index(
            "uq_clawback_open",
            ["application_id"],
            unique=True,
            sqlite_where=sa.text("received_at IS NULL"),
            postgresql_where=sa.text("received_at IS NULL"),
        )
        batch_op.create_index(
            "uq_clawback_receipt",
            ["receipt_number"],
            unique=True,
            sqlite_where=sa.text("receipt_number <> ''"),
            postgresql_where=sa.text("receipt_number <> ''"),
        )

    op.create_table(
        "funding_objection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_by_id", sa.Integer(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum("dismissed", "upheld", name="objectionoutcome", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("text <> ''", name=op.f("ck_funding_objection_has_text")),
        sa.CheckConstraint(
            "(outcome IS NULL) = (settled_at IS NULL) AND (outcome IS NULL) = (settled_by_id IS NULL) AND (outcome IS NULL) = (answer IS NULL)",
            name=op.f("ck_funding_objection_answer_complete"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["funding_application.id"], name=op.f("fk_funding_objection_application_id_funding_application")
        ),
        sa.ForeignKeyConstraint(["raised_by_id"], ["user_account.id"], name=op.f("fk_funding_objection_raised_by_id_user_account")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["user_account.id"], name=op.f("fk_funding_objection_settled_by_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_objection")),
        sa.UniqueConstraint("application_id", "phone", name="uq_funding_objection_application_phone"),
    )
    with op.batch_alter_table("funding_objection", schema=None) as batch_op:
        batch_op.create_index("ix_funding_objection_address", ["address", "raised_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_funding_objection_application_id"), ["application_id"], unique=False)

    op.create_table(
        "funding_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("round_no", sa.Integer(), nullable=False),
        sa.Column(
            "step",
            sa.Enum("street", "district", "bureau", name="reviewstep", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "decision",
            sa.Enum("passed", "returned", "refused", name="decision", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("decision = 'passed' OR reason <> ''", name=op.f("ck_funding_review_no_has_reason")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["funding_application.id"], name=op.f("fk_funding_review_application_id_funding_application")
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_funding_review_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["user_account.id"], name=op.f("fk_funding_review_reviewer_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_review")),
        sa.UniqueConstraint("application_id", "round_no", "step", name="uq_funding_review_application_round_step"),
    )
    with op.batch_alter_table("funding_review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_funding_review_application_id"), ["application_id"], unique=False)

    op.create_table(
        "instalment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "due",
                "recorded",
                "paid",
                "cancelled",
                name="instalmentstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("state <> 'due'", name=op.f("ck_instalment_due_is_derived")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_instalment_amount_positive")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_instalment_number_from_one")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["funding_application.id"], name=op.f("fk_instalment_application_id_funding_application")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instalment")),
        sa.UniqueConstraint("application_id", "number", name="uq_instalment_application_number"),
    )
    with op.batch_alter_table("instalment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_instalment_application_id"), ["application_id"], unique=False)

    op.create_table(
        "subsidy_month",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("compound_id", sa.Integer(), nullable=False),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["funding_application.id"], name=op.f("fk_subsidy_month_application_id_funding_application")
        ),
        sa.ForeignKeyConstraint(["compound_id"], ["compound.id"], name=op.f("fk_subsidy_month_compound_id_compound")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subsidy_month")),
        sa.UniqueConstraint("compound_id", "month_on", name="uq_subsidy_month_compound_month"),
    )
    with op.batch_alter_table("subsidy_month", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subsidy_month_application_id"), ["application_id"], unique=False)

    op.create_table(
        "payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instalment_id", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("voucher_number", sa.String(length=40), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("rejected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rejected_by_id", sa.Integer(), nullable=True),
        sa.Column("rejected_reason", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("voucher_number <> ''", name=op.f("ck_payment_has_voucher")),
        sa.CheckConstraint("(confirmed_at IS NULL) = (confirmed_by_id IS NULL)", name=op.f("ck_payment_confirmed_by_somebody")),
        sa.CheckConstraint("(rejected_at IS NULL) = (rejected_by_id IS NULL)", name=op.f("ck_payment_rejected_by_somebody")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_payment_amount_positive")),
        sa.CheckConstraint("confirmed_at IS NULL OR rejected_at IS NULL", name=op.f("ck_payment_confirmed_or_rejected")),
        sa.CheckConstraint("confirmed_by_id IS NULL OR confirmed_by_id <> recorded_by_id", name=op.f("ck_payment_four_eyes")),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["user_account.id"], name=op.f("fk_payment_confirmed_by_id_user_account")),
        sa.ForeignKeyConstraint(["instalment_id"], ["instalment.id"], name=op.f("fk_payment_instalment_id_instalment")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["user_account.id"], name=op.f("fk_payment_recorded_by_id_user_account")),
        sa.ForeignKeyConstraint(["rejected_by_id"], ["user_account.id"], name=op.f("fk_payment_rejected_by_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_instalment_id"), ["instalment_id"], unique=False)
        batch_op.create_index(
            "uq_payment_instalment",
            ["instalment_id"],
            unique=True,
            sqlite_where=sa.text("rejected_at IS NULL"),
            postgresql_where=sa.text("rejected_at IS NULL"),
        )
        batch_op.create_index(
            "uq_payment_voucher",
            ["voucher_number"],
            unique=True,
            sqlite_where=sa.text("rejected_at IS NULL"),
            postgresql_where=sa.text("rejected_at IS NULL"),
        )

    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=True),
        sa.Column("payment_id", sa.Integer(), nullable=True),
        sa.Column("clawback_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum("fund", "commit", "release", "pay", "reclaim", name="entrykind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum("appropriation", "available", "committed", "paid", "reclaimed", name="account", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "target",
            sa.Enum("appropriation", "available", "committed", "paid", "reclaimed", name="account", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_by_id", sa.Integer(), nullable=True),
        sa.Column("memo", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(kind = 'fund' AND source = 'appropriation' AND target = 'available') OR (kind = 'commit' AND source = 'available' AND target = 'committed') OR (kind = 'release' AND source = 'committed' AND target = 'available') OR (kind = 'pay' AND source = 'committed' AND target = 'paid') OR (kind = 'reclaim' AND source = 'paid' AND target = 'reclaimed')",
            name=op.f("ck_ledger_entry_flow"),
        ),
        sa.CheckConstraint("(kind = 'fund') = (application_id IS NULL)", name=op.f("ck_ledger_entry_fund_or_application")),
        sa.CheckConstraint("(kind = 'pay') = (payment_id IS NOT NULL)", name=op.f("ck_ledger_entry_pay_has_payment")),
        sa.CheckConstraint("(kind = 'reclaim') = (clawback_id IS NOT NULL)", name=op.f("ck_ledger_entry_reclaim_has_clawback")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_ledger_entry_amount_positive")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["funding_application.id"], name=op.f("fk_ledger_entry_application_id_funding_application")
        ),
        sa.ForeignKeyConstraint(["clawback_id"], ["clawback.id"], name=op.f("fk_ledger_entry_clawback_id_clawback")),
        sa.ForeignKeyConstraint(["line_id"], ["budget_line.id"], name=op.f("fk_ledger_entry_line_id_budget_line")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_ledger_entry_payment_id_payment")),
        sa.ForeignKeyConstraint(["posted_by_id"], ["user_account.id"], name=op.f("fk_ledger_entry_posted_by_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
    )
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_entry_application_id"), ["application_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_entry_line_id"), ["line_id"], unique=False)
        batch_op.create_index(
            "uq_ledger_entry_clawback",
            ["clawback_id"],
            unique=True,
            sqlite_where=sa.text("clawback_id IS NOT NULL"),
            postgresql_where=sa.text("clawback_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_ledger_entry_commit",
            ["application_id"],
            unique=True,
            sqlite_where=sa.text("kind = 'commit'"),
            postgresql_where=sa.text("kind = 'commit'"),
        )
        batch_op.create_index(
            "uq_ledger_entry_fund",
            ["line_id"],
            unique=True,
            sqlite_where=sa.text("kind = 'fund'"),
            postgresql_where=sa.text("kind = 'fund'"),
        )
        batch_op.create_index(
            "uq_ledger_entry_payment",
            ["payment_id"],
            unique=True,
            sqlite_where=sa.text("payment_id IS NOT NULL"),
            postgresql_where=sa.text("payment_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_ledger_entry_release",
            ["application_id"],
            unique=True,
            sqlite_where=sa.text("kind = 'release'"),
            postgresql_where=sa.text("kind = 'release'"),
        )

    for table in APPEND_ONLY:
        for statement in append_only_ddl(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade():
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_ledger_entry_release", sqlite_where=sa.text("kind = 'release'"), postgresql_where=sa.text("kind = 'release'")
        )
        batch_op.drop_index(
            "uq_ledger_entry_payment", sqlite_where=sa.text("payment_id IS NOT NULL"), postgresql_where=sa.text("payment_id IS NOT NULL")
        )
        batch_op.drop_index("uq_ledger_entry_fund", sqlite_where=sa.text("kind = 'fund'"), postgresql_where=sa.text("kind = 'fund'"))
        batch_op.drop_index("uq_ledger_entry_commit", sqlite_where=sa.text("kind = 'commit'"), postgresql_where=sa.text("kind = 'commit'"))
        batch_op.drop_index(
            "uq_ledger_entry_clawback", sqlite_where=sa.text("clawback_id IS NOT NULL"), postgresql_where=sa.text("clawback_id IS NOT NULL")
        )
        batch_op.drop_index(batch_op.f("ix_ledger_entry_line_id"))
        batch_op.drop_index(batch_op.f("ix_ledger_entry_application_id"))

    op.drop_table("ledger_entry")
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_payment_voucher", sqlite_where=sa.text("rejected_at IS NULL"), postgresql_where=sa.text("rejected_at IS NULL")
        )
        batch_op.drop_index(
            "uq_payment_instalment", sqlite_where=sa.text("rejected_at IS NULL"), postgresql_where=sa.text("rejected_at IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_payment_instalment_id"))

    op.drop_table("payment")
    with op.batch_alter_table("subsidy_month", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_subsidy_month_application_id"))

    op.drop_table("subsidy_month")
    with op.batch_alter_table("instalment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_instalment_application_id"))

    op.drop_table("instalment")
    with op.batch_alter_table("funding_review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_funding_review_application_id"))

    op.drop_table("funding_review")
    with op.batch_alter_table("funding_objection", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_funding_objection_application_id"))
        batch_op.drop_index("ix_funding_objection_address")

    op.drop_table("funding_objection")
    with op.batch_alter_table("clawback", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_clawback_receipt", sqlite_where=sa.text("receipt_number <> ''"), postgresql_where=sa.text("receipt_number <> ''")
        )
        batch_op.drop_index(
            "uq_clawback_open", sqlite_where=sa.text("received_at IS NULL"), postgresql_where=sa.text("received_at IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_clawback_application_id"))

    op.drop_table("clawback")
    with op.batch_alter_table("acceptance", schema=None) as batch_op:
        batch_op.drop_index("uq_acceptance_passed", sqlite_where=sa.text("has_passed"), postgresql_where=sa.text("has_passed"))
        batch_op.drop_index(batch_op.f("ix_acceptance_application_id"))

    op.drop_table("acceptance")
    with op.batch_alter_table("funding_application", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_funding_application_live",
            sqlite_where=sa.text("status NOT IN ('refused', 'withdrawn')"),
            postgresql_where=sa.text("status NOT IN ('refused', 'withdrawn')"),
        )
        batch_op.drop_index("ix_funding_application_status")
        batch_op.drop_index(batch_op.f("ix_funding_application_programme_id"))
        batch_op.drop_index(batch_op.f("ix_funding_application_line_id"))
        batch_op.drop_index(batch_op.f("ix_funding_application_enterprise_id"))
        batch_op.drop_index(batch_op.f("ix_funding_application_division_code"))
        batch_op.drop_index(batch_op.f("ix_funding_application_contract_id"))
        batch_op.drop_index(batch_op.f("ix_funding_application_compound_id"))
        batch_op.drop_index(batch_op.f("ix_funding_application_applicant_id"))

    op.drop_table("funding_application")
    with op.batch_alter_table("score", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_score_sheet_id"))

    op.drop_table("score")
    with op.batch_alter_table("rejection_ballot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rejection_ballot_assignment_id"))

    op.drop_table("rejection_ballot")
    with op.batch_alter_table("opening_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_opening_line_record_id"))

    op.drop_table("opening_line")
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contract_enterprise_id"))

    op.drop_table("contract")
    with op.batch_alter_table("bid_document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bid_document_version_id"))

    op.drop_table("bid_document")
    op.drop_table("bid_content")
    with op.batch_alter_table("tender_compound", schema=None) as batch_op:
        batch_op.drop_index("uq_tender_compound_claimed", sqlite_where=sa.text("is_claimed"), postgresql_where=sa.text("is_claimed"))
        batch_op.drop_index(batch_op.f("ix_tender_compound_tender_id"))
        batch_op.drop_index(batch_op.f("ix_tender_compound_compound_id"))

    op.drop_table("tender_compound")
    with op.batch_alter_table("score_sheet", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_score_sheet_bid_id"))
        batch_op.drop_index(batch_op.f("ix_score_sheet_assignment_id"))

    op.drop_table("score_sheet")
    with op.batch_alter_table("ranking_row", schema=None) as batch_op:
        batch_op.drop_index("uq_ranking_row_rank", sqlite_where=sa.text("rank IS NOT NULL"), postgresql_where=sa.text("rank IS NOT NULL"))
        batch_op.drop_index(batch_op.f("ix_ranking_row_ranking_id"))
        batch_op.drop_index(batch_op.f("ix_ranking_row_bid_id"))

    op.drop_table("ranking_row")
    with op.batch_alter_table("objection", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_objection_tender_id"))

    op.drop_table("objection")
    with op.batch_alter_table("compound_revision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_compound_revision_import_job_id"))
        batch_op.drop_index("ix_compound_revision_compound")

    op.drop_table("compound_revision")
    with op.batch_alter_table("candidate_pass", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_candidate_pass_standing", sqlite_where=sa.text("voided_at IS NULL"), postgresql_where=sa.text("voided_at IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_candidate_pass_tender_id"))

    op.drop_table("candidate_pass")
    with op.batch_alter_table("bid_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bid_version_bid_id"))

    op.drop_table("bid_version")
    op.drop_table("bid_rejection")
    with op.batch_alter_table("bid_draft_document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bid_draft_document_draft_id"))

    op.drop_table("bid_draft_document")
    with op.batch_alter_table("award", schema=None) as batch_op:
        batch_op.drop_index("uq_award_standing", sqlite_where=sa.text("voided_at IS NULL"), postgresql_where=sa.text("voided_at IS NULL"))
        batch_op.drop_index(batch_op.f("ix_award_tender_id"))

    op.drop_table("award")
    with op.batch_alter_table("tender_document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tender_document_tender_id"))

    op.drop_table("tender_document")
    with op.batch_alter_table("score_criterion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_score_criterion_tender_id"))

    op.drop_table("score_criterion")
    op.drop_table("ranking")
    op.drop_table("opening_record")
    with op.batch_alter_table("filing", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_filing_pending", sqlite_where=sa.text("outcome = 'pending'"), postgresql_where=sa.text("outcome = 'pending'")
        )
        batch_op.drop_index(batch_op.f("ix_filing_tender_id"))

    op.drop_table("filing")
    with op.batch_alter_table("evaluator_assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evaluator_assignment_user_id"))
        batch_op.drop_index(batch_op.f("ix_evaluator_assignment_tender_id"))

    op.drop_table("evaluator_assignment")
    with op.batch_alter_table("enterprise_service_district", schema=None) as batch_op:
        batch_op.drop_index("ix_enterprise_service_district_name")

    op.drop_table("enterprise_service_district")
    with op.batch_alter_table("enterprise_project", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_enterprise_project_reference", sqlite_where=sa.text("source = 'platform'"), postgresql_where=sa.text("source = 'platform'")
        )
        batch_op.drop_index(batch_op.f("ix_enterprise_project_enterprise_id"))

    op.drop_table("enterprise_project")
    with op.batch_alter_table("enterprise_fact", schema=None) as batch_op:
        batch_op.drop_index("ix_enterprise_fact_enterprise_id_name_id")

    op.drop_table("enterprise_fact")
    with op.batch_alter_table("conduct_record", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_conduct_record_natural", sqlite_where=sa.text("revoked_at IS NULL"), postgresql_where=sa.text("revoked_at IS NULL")
        )
        batch_op.drop_index("ix_conduct_record_expires_on_occurred_on")
        batch_op.drop_index(batch_op.f("ix_conduct_record_enterprise_id"))

    op.drop_table("conduct_record")
    with op.batch_alter_table("compound", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_compound_owners_committee_id"))
        batch_op.drop_index("ix_compound_mode")
        batch_op.drop_index(batch_op.f("ix_compound_import_job_id"))
        batch_op.drop_index("ix_compound_households")
        batch_op.drop_index("ix_compound_area")

    op.drop_table("compound")
    with op.batch_alter_table("budget_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_budget_line_programme_id"))
        batch_op.drop_index(batch_op.f("ix_budget_line_division_code"))

    op.drop_table("budget_line")
    with op.batch_alter_table("bid_draft", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bid_draft_tender_id"))
        batch_op.drop_index(batch_op.f("ix_bid_draft_organisation_id"))

    op.drop_table("bid_draft")
    with op.batch_alter_table("bid", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bid_tender_id"))
        batch_op.drop_index(batch_op.f("ix_bid_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_bid_enterprise_id"))

    op.drop_table("bid")
    with op.batch_alter_table("tender", schema=None) as batch_op:
        batch_op.drop_index("ix_tender_status_deadline")
        batch_op.drop_index(batch_op.f("ix_tender_retender_of_id"))
        batch_op.drop_index(batch_op.f("ix_tender_procuring_entity_id"))
        batch_op.drop_index(batch_op.f("ix_tender_division_code"))

    op.drop_table("tender")
    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_division_code"))

    op.drop_table("programme")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index("uq_membership_active", sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL"))
        batch_op.drop_index(batch_op.f("ix_membership_user_id"))
        batch_op.drop_index(batch_op.f("ix_membership_organisation_id"))

    op.drop_table("membership")
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_organisation_id"))

    op.drop_table("invitation")
    with op.batch_alter_table("import_job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_job_sha256"))
        batch_op.drop_index("ix_import_job_kind")
        batch_op.drop_index(batch_op.f("ix_import_job_file_id"))
        batch_op.drop_index(batch_op.f("ix_import_job_division_code"))

    op.drop_table("import_job")
    with op.batch_alter_table("enterprise", schema=None) as batch_op:
        batch_op.drop_index("ix_enterprise_name_id")
        batch_op.drop_index(batch_op.f("ix_enterprise_batch_id"))

    op.drop_table("enterprise")
    op.drop_table("user_account")
    op.drop_table("tender_series")
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stored_file_sha256"))

    op.drop_table("stored_file")
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_attempt_email")
        batch_op.drop_index("ix_sign_in_attempt_address")

    op.drop_table("sign_in_attempt")
    op.drop_table("recommended_batch")
    with op.batch_alter_table("outbox_mail", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_mail_to"))

    op.drop_table("outbox_mail")
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_division_code"))

    op.drop_table("organisation")
    with op.batch_alter_table("division", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_division_parent_code"))

    op.drop_table("division")
    op.drop_table("demo_clock")
    op.drop_table("calendar_year")
    op.drop_table("calendar_day")
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_event_user")
        batch_op.drop_index("ix_audit_event_object")
        batch_op.drop_index("ix_audit_event_at")

    op.drop_table("audit_event")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")
