"""The day of the latest entry of every file, from the dated records that are there; the daily recount keeps it."""

# (table, its day, how it reaches the household)
DATED = (
    ("case_note", "t.contact_on", ""),
    ("note_addendum", "t.written_on", "case_note h ON h.id = t.note_id"),
    ("case_activity", "t.date", ""),
    ("correspondence", "date(t.occurred_at)", ""),
    ("intake", "t.intake_date", ""),
    ("consent_record", "t.given_on", ""),
    ("consent_record", "t.withdrawn_on", ""),
    ("needs_assessment", "t.completed_on", "client h ON h.id = t.client_id"),
    ("plan_review", "t.done_on", ""),
    ("referral", "t.received_on", "client h ON h.id = t.client_id"),
    ("referral", "t.outcome_on", "client h ON h.id = t.client_id"),
    ("incident_report", "date(t.occurred_at)", ""),
    ("booking", "t.date", ""),
    ("appointment", "t.done_on", "client h ON h.id = t.client_id"),
    ("exit_interview", "t.date", ""),
    ("settlement_plan", "t.created_on", ""),
    ("extension", "t.decided_on", ""),
)
VISITS = (
    "SELECT t.household_id, l.date AS day FROM home_visit t JOIN visit_list l ON l.id = t.visit_list_id"
    " WHERE t.checked_in_at IS NOT NULL"
)


def up(migrator, db):
    parts = [
        f"SELECT {'h' if join else 't'}.household_id, {day} AS day FROM {table} t"
        + (f" JOIN {join}" if join else "")
        for table, day, join in DATED
    ]
    every = " UNION ALL ".join([*parts, VISITS])
    db.execute_sql(
        "UPDATE household SET last_entry_on = latest.day FROM"
        f" (SELECT household_id, MAX(day) AS day FROM ({every}) AS dated"
        " WHERE day <= CURRENT_DATE GROUP BY household_id) AS latest"
        " WHERE latest.household_id = household.id"
        " AND (household.last_entry_on IS NULL OR household.last_entry_on < latest.day)"
    )


def down(migrator, db):
    """The days stay: they were there to be kept before."""
