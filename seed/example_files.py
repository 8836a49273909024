"""What the example keeps of its files: who had them, what was printed, what may be erased; policy and feedback."""

from models import (
    SHARING,
    CaseAssignment,
    CaseNote,
    Client,
    ClientFeedback,
    ConsentRecord,
    Household,
    PolicyItem,
    Printout,
    Program,
)
from workflows import case_file, case_rules, caseload, feedback, last_entry, records, settings
from workflows.business_days import ONE_DAY, add_months, years_later


def load(days):
    """Save them; returns {what: ids or names} of what seed/example_wipe.py finds by no other way."""
    share(days)
    kept = [load_kept_file(days, row) for row in days.data["kept_files"]]
    hand_over(days)
    date_assignments(days)
    date_files(days)
    print_files(days)
    load_feedback(days)
    return {"policy": load_policy(days), "file_numbers": kept}


def came_of_age(days):
    """A child of one family turned eighteen last month, and signs for themselves now (R-CON-3)."""
    row = days.data["came_of_age"]
    days.families.turn_to(row["file"])
    parent = Client.get_by_id(days.families.members["F1"].id)
    client = Client(
        household=parent.household,
        relation="child",
        first_name=row["first_name"],
        last_name=parent.last_name,
        gender=row["gender"],
        birth_date=add_months(days.as_of - ONE_DAY * row["days_ago"], -18 * 12),
        arrival_date=parent.arrival_date,
        country_of_origin=parent.country_of_origin,
        immigration_category=parent.immigration_category,
        preferred_languages=parent.preferred_languages,
        municipality=parent.municipality,
        safe_to_call="yes",
    )
    # On some days the worker has more clients than one should already: the caseload page shows it.
    records.save(client, confirmed=(caseload.PAST_THE_MOST,))


def share(days):
    """A consent to share that ran out a few weeks ago."""
    row = days.data["shared_until"]
    client = days.person(row)
    organizations = days.families.loading.organizations
    consent = ConsentRecord(
        household=client.household,
        client=client,
        type=SHARING,
        given_on=days.on(row["given"]),
        expires_on=days.on(row["day"]),
        signed_by_name=str(client),
        staff_signer_name=days.families.worker.name,
        language_used=client.preferred_languages[0],
        copy_given=True,
    )
    named = [organizations[name].id for name in row["with"]]
    records.save(consent, many={"named_organizations": named})


# ---- Files that may be erased, or not yet (R-RET-1)


def load_kept_file(days, row):
    """A file that was closed long ago, of one person, with the last note; returns its number."""
    closed = row["closed"]
    day = years_later(days.as_of, -closed["years"]) + ONE_DAY * closed.get("less_days", 0)
    household = Household(
        file_number=f"{day.year}-{row['number']}",
        case_type=case_rules.INTENSIVE,
        status=case_rules.CLOSED,
        city="Calgary",
        province="AB",
        anchor_date=add_months(day, -12),
        close_date=day,
        close_reason="program-end",
        legal_hold="hold" in row,
        legal_hold_reason=row.get("hold"),
    )
    records.save(household)
    days.families.loading.households.append(household.id)
    client = Client(
        household=household,
        relation="principal-applicant",
        first_name=row["first_name"],
        last_name=row["last_name"],
        municipality="Calgary",
        preferred_languages=["en"],
    )
    records.save(client)
    note = CaseNote(
        household=household,
        type="closing",
        contact_on=day,
        written_on=day,
        created_at=settings.start_of(day),
        author=days.staff("Grace Okafor"),
        reason_for_contact="Last meeting of the program.",
    )
    records.save(note, {"clients": [client.id]})
    return household.file_number


# ---- Who had a file, and since when (2.20)


def hand_over(days):
    """One file came from another worker."""
    row = days.data["handed_over"]
    days.families.turn_to(row["file"])
    household = days.families.household
    records.save(
        CaseAssignment(
            household=household,
            staff=days.staff(row["from"]),
            started_on=began(household),
            ended_on=days.on(row["day"]),
            reason=row["reason"],
            no_conflict_declared=True,
        )
    )


def began(household):
    """The day of the intake."""
    return household.intakes.get().intake_date


def date_assignments(days):
    """Assignments begin when the household is saved, which is today; here they began with the intake."""
    mine = CaseAssignment.household.in_(days.families.loading.households)
    earlier = {
        row.household_id: row.ended_on
        for row in CaseAssignment.select().where(mine, CaseAssignment.reason.is_null(False))
    }
    rows = CaseAssignment.select().where(mine, CaseAssignment.reason.is_null())
    for row in list(rows):
        row.started_on = earlier.get(row.household_id) or began(row.household)
        if row.ended_on:
            row.ended_on = max(row.household.close_date, row.started_on)
        records.save(row)


def date_files(days):
    """The latest entry never goes back by itself, and every file had one today: its assignment, a visit planned."""
    found = last_entry.latest(days.families.loading.households)
    for key, day in found.items():
        Household.update(last_entry_on=day).where(Household.id == key).execute()


def print_files(days):
    """The round in which the paper files are renewed, and one that was left out of it (R-NOTE-8)."""
    printed = days.data["printed"]
    older = {days.families.files[number][0]: day for number, day in printed["older"].items()}
    active = Household.status.in_(case_rules.ACTIVE_CASE)
    mine = Household.id.in_(days.families.loading.households)
    case = Household.case_type != case_rules.PORTAL_ONLY
    for household in list(Household.select().where(active, mine, case)):
        day = days.as_of - ONE_DAY * older.get(household.id, printed["all"])
        if began(household) > day:
            continue
        row = Printout(household=household, kind=case_file.FILE, printed_on=day)
        records.save(row, action="print")
        Household.update(printed_on=day).where(Household.id == household.id).execute()


# ---- Policy and feedback


def load_policy(days):
    """Topics that nobody has written yet get a text; returns them."""
    written = []
    for row in days.data["policy"]:
        item = PolicyItem.get_or_none(PolicyItem.topic == row["topic"])
        if item is None or item.text:
            continue
        item.text = row["text"]
        item.approved_on, item.next_review_on = days.on(row["approved"]), days.on(row["review"])
        records.save(item)
        written.append(item.topic)
    return written


def load_feedback(days):
    for row in days.data["feedback"]:
        program = Program.get(Program.name == row["program"])
        for said in row["answers"]:
            plain = ("met_need", "respect", "understood", "improve", "given_by", "language")
            records.save(
                ClientFeedback(
                    program=program,
                    collected_on=days.on(said["day"]),
                    nps_score=said["nps"],
                    anonymous="given_by" not in said,
                    **{name: said[name] for name in plain if name in said},
                )
            )
    row = days.data["invitations"]
    program = Program.get(Program.name == row["program"])
    feedback.invite(program, "en", row["count"], days.as_of + ONE_DAY * row["open_days"])
