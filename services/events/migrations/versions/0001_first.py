"""Events, their sessions and passes, venues, registrations, places and check-ins.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the change."""
    op.create_table(
        "check_ins",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes_late", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("registration_id", "target_id"),
    )
    op.create_index("check_ins_of_target", "check_ins", ["target_id"], unique=False)
    op.create_table(
        "events",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("location", sa.String(length=700), nullable=False),
        sa.Column("building_id", sa.Uuid(), nullable=True),
        sa.Column("room_id", sa.Uuid(), nullable=True),
        sa.Column("layout_id", sa.Uuid(), nullable=True),
        sa.Column("own_agenda", sa.Boolean(), nullable=False),
        sa.Column("overlaps_allowed", sa.Boolean(), nullable=False),
        sa.Column("auto_register", sa.Boolean(), nullable=True),
        sa.Column("invitations", sa.Integer(), nullable=False),
        sa.Column("answer_minutes", sa.Integer(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_index(op.f("ix_events_starts_at"), "events", ["starts_at"], unique=False)
    op.create_table(
        "offers",
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("offer_id"),
    )
    op.create_index(op.f("ix_offers_entry_id"), "offers", ["entry_id"], unique=False)
    op.create_table(
        "payments",
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("payment_id"),
    )
    op.create_index(
        op.f("ix_payments_registration_id"), "payments", ["registration_id"], unique=False
    )
    op.create_table(
        "people",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("email_key", sa.String(length=320), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_index(op.f("ix_people_email_key"), "people", ["email_key"], unique=False)
    op.create_table(
        "places",
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("overruled", sa.String(length=500), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by", sa.String(length=20), nullable=True),
        sa.Column("spot_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("place_id"),
    )
    op.create_index(op.f("ix_places_person_id"), "places", ["person_id"], unique=False)
    op.create_index("places_of_event", "places", ["event_id"], unique=False)
    op.create_index("places_of_registration", "places", ["registration_id"], unique=False)
    op.create_index(
        "places_one_live",
        "places",
        ["target_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("state = 'live'"),
        sqlite_where=sa.text("state = 'live'"),
    )
    op.create_table(
        "registrations",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("ticket", sa.String(length=32), nullable=False),
        sa.Column("pass_id", sa.Uuid(), nullable=True),
        sa.Column("price_minor", sa.Integer(), nullable=False),
        sa.Column("paid_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_by", sa.String(length=20), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by", sa.String(length=20), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("registration_id"),
        sa.UniqueConstraint("ticket"),
    )
    op.create_index(
        op.f("ix_registrations_person_id"), "registrations", ["person_id"], unique=False
    )
    op.create_index(
        "registrations_awaiting",
        "registrations",
        ["held_until"],
        unique=False,
        postgresql_where=sa.text("state = 'awaiting_payment'"),
        sqlite_where=sa.text("state = 'awaiting_payment'"),
    )
    op.create_index(
        "registrations_of_event", "registrations", ["event_id", "registered_at"], unique=False
    )
    op.create_index(
        "registrations_one_live",
        "registrations",
        ["event_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("state != 'cancelled'"),
        sqlite_where=sa.text("state != 'cancelled'"),
    )
    op.create_table(
        "speakers",
        sa.Column("speaker_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("speaker_id"),
    )
    op.create_table(
        "spots",
        sa.Column("spot_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("spot_id"),
    )
    op.create_index(
        "spots_lapsing",
        "spots",
        ["held_until"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
        sqlite_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "spots_open",
        "spots",
        ["target_id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
        sqlite_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "targets",
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("waiting_list_size", sa.Integer(), nullable=False),
        sa.Column("waiting_list_closes_minutes", sa.Integer(), nullable=False),
        sa.Column("demand", sa.Integer(), nullable=False),
        sa.Column("cleared", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.CheckConstraint("capacity >= 0", name="capacity_not_negative"),
        sa.CheckConstraint("taken >= 0", name="taken_not_negative"),
        sa.PrimaryKeyConstraint("target_id"),
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index(op.f("ix_targets_event_id"), "targets", ["event_id"], unique=False)
    op.create_table(
        "venues",
        sa.Column("venue_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["venues.venue_id"]),
        sa.PrimaryKeyConstraint("venue_id"),
    )
    op.create_index(op.f("ix_venues_parent_id"), "venues", ["parent_id"], unique=False)
    op.create_table(
        "waiting",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("pass_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("entry_id"),
    )
    op.create_index(op.f("ix_waiting_person_id"), "waiting", ["person_id"], unique=False)
    op.create_index("waiting_for_target", "waiting", ["target_id", "state"], unique=False)
    op.create_index("waiting_of_event", "waiting", ["event_id"], unique=False)
    op.create_table(
        "passes",
        sa.Column("pass_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("sold", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("quantity IS NULL OR sold <= quantity", name="sold_within_quantity"),
        sa.CheckConstraint("sold >= 0", name="sold_not_negative"),
        sa.ForeignKeyConstraint(["event_id"], ["events.event_id"]),
        sa.PrimaryKeyConstraint("pass_id"),
    )
    op.create_index(op.f("ix_passes_event_id"), "passes", ["event_id"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("location", sa.String(length=700), nullable=False),
        sa.Column("building_id", sa.Uuid(), nullable=True),
        sa.Column("room_id", sa.Uuid(), nullable=True),
        sa.Column("layout_id", sa.Uuid(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.event_id"]),
        sa.PrimaryKeyConstraint("session_id"),
    )
    op.create_index("sessions_of_event", "sessions", ["event_id", "starts_at"], unique=False)
    op.create_table(
        "pass_sessions",
        sa.Column("pass_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["pass_id"], ["passes.pass_id"]),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"]),
        sa.PrimaryKeyConstraint("pass_id", "session_id"),
    )
    op.create_table(
        "speeches",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("speaker_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"]),
        sa.ForeignKeyConstraint(["speaker_id"], ["speakers.speaker_id"]),
        sa.PrimaryKeyConstraint("session_id", "speaker_id"),
    )
    op.create_index(op.f("ix_speeches_speaker_id"), "speeches", ["speaker_id"], unique=False)


def downgrade() -> None:
    """Take the change back."""
    op.drop_index(op.f("ix_speeches_speaker_id"), table_name="speeches")
    op.drop_table("speeches")
    op.drop_table("pass_sessions")
    op.drop_index("sessions_of_event", table_name="sessions")
    op.drop_table("sessions")
    op.drop_index(op.f("ix_passes_event_id"), table_name="passes")
    op.drop_table("passes")
    op.drop_index("waiting_of_event", table_name="waiting")
    op.drop_index("waiting_for_target", table_name="waiting")
    op.drop_index(op.f("ix_waiting_person_id"), table_name="waiting")
    op.drop_table("waiting")
    op.drop_index(op.f("ix_venues_parent_id"), table_name="venues")
    op.drop_table("venues")
    op.drop_index(op.f("ix_targets_event_id"), table_name="targets")
    op.drop_table("targets")
    op.drop_index(
        "spots_open",
        table_name="spots",
        postgresql_where=sa.text("state = 'open'"),
        sqlite_where=sa.text("state = 'open'"),
    )
    op.drop_index(
        "spots_lapsing",
        table_name="spots",
        postgresql_where=sa.text("state = 'open'"),
        sqlite_where=sa.text("state = 'open'"),
    )
    op.drop_table("spots")
    op.drop_table("speakers")
    op.drop_index(
        "registrations_one_live",
        table_name="registrations",
        postgresql_where=sa.text("state != 'cancelled'"),
        sqlite_where=sa.text("state != 'cancelled'"),
    )
    op.drop_index("registrations_of_event", table_name="registrations")
    op.drop_index(
        "registrations_awaiting",
        table_name="registrations",
        postgresql_where=sa.text("state = 'awaiting_payment'"),
        sqlite_where=sa.text("state = 'awaiting_payment'"),
    )
    op.drop_index(op.f("ix_registrations_person_id"), table_name="registrations")
    op.drop_table("registrations")
    op.drop_index(
        "places_one_live",
        table_name="places",
        postgresql_where=sa.text("state = 'live'"),
        sqlite_where=sa.text("state = 'live'"),
    )
    op.drop_index("places_of_registration", table_name="places")
    op.drop_index("places_of_event", table_name="places")
    op.drop_index(op.f("ix_places_person_id"), table_name="places")
    op.drop_table("places")
    op.drop_index(op.f("ix_people_email_key"), table_name="people")
    op.drop_table("people")
    op.drop_index(op.f("ix_payments_registration_id"), table_name="payments")
    op.drop_table("payments")
    op.drop_index(op.f("ix_offers_entry_id"), table_name="offers")
    op.drop_table("offers")
    op.drop_index(op.f("ix_events_starts_at"), table_name="events")
    op.drop_table("events")
    op.drop_index("check_ins_of_target", table_name="check_ins")
    op.drop_table("check_ins")
