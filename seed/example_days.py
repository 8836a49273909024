"""The working days around the as-of date: notes, letters, calls, requests, incidents, interpreters and who works there.

``load`` is called once the caseload stands; seed/example_visits.py has the home visits, seed/example_files.py what is kept
of files and what clients say.
"""

import datetime
from io import BytesIO

from models import (
    DRAFT,
    AccessRequest,
    Appointment,
    Booking,
    CaseNote,
    Client,
    ConsultedParty,
    Correspondence,
    IncidentReport,
    Interpreter,
    NoteAddendum,
    Staff,
    now,
)
from seed import example_casework, example_files, example_visits, read
from seed.example_scan import signed_form
from workflows import attachments, letters, notes, records, settings
from workflows.business_days import ONE_DAY

SIGNER = "Grace Okafor"


def load(families):
    """Save the days through the rules; returns what seed/example_wipe.py finds by no other way: {what: ids or names}."""
    data = read("example_days")
    families.loading.load_staff(data["staff"])
    days = Days(families, data)
    days.load_interpreters()
    families.load_capacity_building(data["capacity_building"])
    example_files.came_of_age(days)
    days.load_notes()
    days.write_missing_notes()
    days.load_letters()
    days.send_old_letters()
    days.load_appointments()
    days.load_requests()
    days.load_bookings()
    incidents = [days.load_incident(row) for row in data["incidents"]]
    lists = [example_visits.load(days, row) for row in data["visit_lists"]]
    apart = {"incidents": incidents, "visit_lists": lists}
    return apart | example_files.load(days)


class Days:
    """The families of the example, ``data`` of the days, and the instants that they name."""

    def __init__(self, families, data):
        self.families, self.data = families, data
        self.as_of, self.on = families.as_of, families.on

    def planned(self, when):
        """The working day of what is planned so many days ahead: 0 is today, or the next one of a day off."""
        if when > 0:
            return self.on(when)
        calendar = self.families.calendar
        first = calendar.on_or_after(self.as_of)
        return calendar.add(first, -when) if when else first

    def is_over(self, day, time):
        """True once this time of day is past; the example is set on days to come as well."""
        return self.instant(day, time) <= now()

    def instant(self, day, time):
        """The instant (naive UTC) of a time of day at the agency."""
        local = datetime.datetime.combine(
            day, datetime.time.fromisoformat(time), settings.zone()
        ).astimezone(datetime.UTC)
        return local.replace(tzinfo=None)

    def person(self, row):
        """The Client whom a row names, as stored now."""
        self.families.turn_to(row["file"])
        return Client.get_by_id(self.families.members[row["person"]].id)

    def staff(self, name):
        return self.families.staff(name)

    # ---- Interpreters

    def load_interpreters(self):
        self.families.load_interpreters(self.data["interpreters"])
        for name, words in self.data["communities"].items():
            interpreter = Interpreter.get(Interpreter.name == name)
            interpreter.communities = words
            if name in self.data["reviewed"]:
                day = self.on(self.data["reviewed"][name])
                interpreter.last_confidentiality_review_on = day
            records.save(interpreter)

    def load_bookings(self):
        for row in self.data["bookings"]:
            client = self.person(row)
            records.save(
                Booking(
                    household=client.household,
                    client=client,
                    interpreter=Interpreter.get(Interpreter.name == row["interpreter"]),
                    date=self.planned(row["day"]),
                    starts_at=datetime.time.fromisoformat(row["at"]),
                    setting=row["setting"],
                    minutes=row["minutes"],
                    urgent_override_reason=row.get("urgent_override_reason"),
                )
            )

    # ---- Notes

    def load_notes(self):
        for row in self.data["notes"]:
            self.families.turn_to(row["file"])
            facts = {k: v for k, v in row.items() if k not in ("file", "additions", "consulted")}
            note = example_casework.load_note(self.families, facts)
            for each in row.get("additions", ()):
                day, author = self.on(each["day"]), self.families.worker
                records.save(
                    NoteAddendum(note=note, written_on=day, author=author, text=each["text"])
                )
            for each in row.get("consulted", ()):
                day = self.on(each["day"])
                party = ConsultedParty(
                    note=note, who=each["who"], role=each["role"], consulted_on=day
                )
                records.save(party)

    def write_missing_notes(self):
        """What the standard asks for is written, in time; the newest few wait for somebody."""
        found = notes.missing_and_whom(self.as_of)
        for missing, client in found[: -self.data["notes_left"] or None]:
            self.write_missing(missing, client)

    def write_missing(self, missing, client):
        members = [row.id for row in Client.select().where(Client.household == missing.household)]
        about = [client] if client else members
        is_family = len(about) > 1
        words = read("example_caseload")["notes"][missing.kind]
        written = min(self.families.calendar.on_or_after(missing.day + ONE_DAY), self.as_of)
        chief = Staff.get(Staff.name == SIGNER)
        household = Client.get_by_id(members[0]).household
        note = CaseNote(
            household=household,
            type=missing.kind,
            contact_on=missing.day,
            written_on=written,
            created_at=settings.start_of(written),
            author=household.primary_worker or chief,
            reason_for_contact=words["reason"],
            discussed=words["discussed"],
            agreed_and_follow_up=words["agreed"],
            is_family_matter=is_family,
        )
        records.save(note, {"clients": [] if is_family else about})

    # ---- Letters

    def load_letters(self):
        for row in self.data["letters"]:
            self.families.turn_to(row["file"])
            facts = {k: v for k, v in row.items() if k not in ("file", "state", "signed")}
            letter = example_casework.load_letter(self.families, facts)
            self.bring(letter, row.get("state", DRAFT), self.on(row.get("signed", row["day"])))

    def bring(self, letter, state, signed_on):
        """Take a letter to its state, the way it goes (R-COR-1)."""
        if state == letters.FILED:
            letters.put_in_the_file(letter)
        if state in (letters.AWAITING, letters.SIGNED, letters.LETTER_SENT):
            letters.ask(letter)
        if state in (letters.SIGNED, letters.LETTER_SENT):
            letters.sign(letter, self.staff(SIGNER), signed_on)
        if state == letters.LETTER_SENT:
            scan = signed_form(letter.purpose, (letter.who, letter.content[:80], SIGNER))
            attachments.store(letters.COPY, letter, BytesIO(scan), "letter.pdf")
            letters.send(letter)

    def send_old_letters(self):
        """The letters of the caseload: what is older left signed, a call was filed."""
        limit = settings.start_of(self.as_of - ONE_DAY * self.data["letters_out_after"])
        old = Correspondence.occurred_at < limit
        waiting = Correspondence.state.in_((DRAFT, letters.RECORDED))
        for letter in list(Correspondence.select().where(old, waiting)):
            state = letters.LETTER_SENT if letters.needs_signature(letter) else letters.FILED
            self.bring(letter, state, settings.local(letter.occurred_at).date() + ONE_DAY)

    # ---- Appointments, requests, incidents

    def load_appointments(self):
        client = self.person(self.data["not_to_call"])
        client.safe_to_call = "no"
        records.save(client)
        for row in self.data["appointments"]:
            day = self.planned(row["day"])
            done = self.on(row["done"]) if "done" in row else None
            if "at" in row and self.is_over(day, row["at"]):
                done = done or day
            facts = {"about": row["about"], "result": row.get("result")}
            if "called" in row:
                facts |= {"kind": "call-back", "called_at": self.called(row["called"])}
            if "at" in row:
                facts["starts_at"] = datetime.time.fromisoformat(row["at"])
            records.save(
                Appointment(
                    client=self.person(row),
                    due_on=day,
                    staff=self.staff(row["staff"]),
                    done_on=done,
                    **facts,
                )
            )

    def called(self, days):
        """People call on any day."""
        return self.instant(self.as_of - ONE_DAY * days, "15:00")

    def load_requests(self):
        for row in self.data["access_requests"]:
            plain = ("kind", "asked_by_name", "identity_checked", "asked", "state", "answer")
            records.save(
                AccessRequest(
                    client=self.person(row),
                    received_on=self.as_of - ONE_DAY * row["day"],
                    answered_on=self.on(row["answered"]) if "answered" in row else None,
                    **{name: row[name] for name in plain if name in row},
                )
            )

    def load_incident(self, row):
        """As it was reported on its day; returns the id of the report."""
        day = self.on(row["day"])
        if "file" in row:
            self.families.turn_to(row["file"])
        plain = ("type", "what_happened", "action_taken", "people_involved")
        incident = IncidentReport(
            household=self.families.household if "file" in row else None,
            occurred_at=self.instant(day, row["at"]),
            shift_ended_at=self.instant(day, row["shift_ends"]),
            submitted_at=self.instant(day, row["reported"]),
            supervisor_review_on=self.on(row["reviewed"]) if "reviewed" in row else None,
            reported_to=self.staff(row["to"]),
            **{name: row[name] for name in plain if name in row},
        )
        records.save(incident)
        return incident.id
