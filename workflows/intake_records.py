"""What a finished intake writes: the file, its people, their consents, the scans (2.6-2.9, R-CON-1 to R-CON-7)."""

from flask_babel import gettext as _

from forms import consents as forms
from forms import intake as pages
from forms.formats import whole
from models import (
    EMAIL_DETAILS,
    GIVEN,
    REFUSED,
    SHARING,
    Client,
    ConsentRecord,
    Guardianship,
    Household,
    Intake,
    Organization,
)
from workflows import (
    attachments,
    case_rules,
    caseload,
    households,
    people,
    people_rules,
    records,
    settings,
)
from workflows.intake_people import children, first_of, is_of_age, may_be_asked, other_adults, rows
from workflows.members import CONSENT_REFUSED
from workflows.people_rules import CHARTER, COLLECTION, CONFIDENTIALITY

INTAKE = "intake"
SIGNED_FORM = "signed-form"
# The page after the intake and the file say it: a family at the desk is not sent away for it.
CONFIRMED = (case_rules.NEW_WORKER, caseload.PAST_THE_MOST)
OWN_NUMBER = "funder_client_number"  # the one answer of the page about arrival that nobody shares


def household_at_desk(desk):
    """The Household chosen at the desk, or that of the person found there; None for a new one."""
    if (desk.get("same") or "").isdigit():
        client = Client.get_or_none(Client.id == int(desk["same"]))
        return client and client.household
    if desk.get("household"):
        return Household.get_or_none(Household.id == desk["household"])
    return None


def refuse(answers, draft):
    """R-CON-2: a file number without a name; a file that exists stays as it was.  Nothing else is stored."""
    attachments.remove(draft)
    household = household_at_desk(answers["desk"])
    if household is None:
        household = Household(file_number="", status=CONSENT_REFUSED)
        records.save(household)
    return {"household": household.id, "refused": True}


def write(answers, draft):
    """Everything an intake leaves behind, in the transaction of the engine; raises records.Refused."""
    household = _household(answers)
    members = {row["number"]: _client(row, household, answers) for row in rows(answers)}
    _care(answers, members)
    _consents(answers, draft, household, members)
    _intake(answers, household)
    attachments.remove(draft)
    household = Household.get_by_id(household.id)
    if household.status == INTAKE and not households.keeps_closed(household):
        household.status = case_rules.OPEN
        records.save(household, confirmed=CONFIRMED)
    return {"household": household.id}


def _household(answers):
    household = household_at_desk(answers["desk"]) or Household(file_number="")
    if household.id is None or household.status == CONSENT_REFUSED:
        household.status = INTAKE
    elif household.case_type != answers.of("household", "case_type"):
        # A contact that becomes a case goes through what a case needs.
        household.status = INTAKE
    for page in ("household", "worker"):
        for name, value in answers[page].items():
            setattr(household, name, value)
    records.save(household, reason=_("Said at the intake"), confirmed=CONFIRMED)
    return household


def suggestion(answers):
    """Who may take this family, in a sentence; empty for a contact that is no case (R-LOAD-3)."""
    if answers.of("household", "case_type") == case_rules.PORTAL_ONLY:
        return ""
    spoken = [answers.of("desk", "language_used")]
    members = [
        Client(
            birth_date=row["birth_date"],
            birth_year_only=row["birth_year_only"],
            preferred_languages=answers.of(f"contact-{row['number']}", "preferred_languages")
            or spoken,
        )
        for row in rows(answers)
    ]
    return caseload.suggestion_words(members)


# ---- People ----------------------------------------------------------------------------------------------------------------


def _client(row, household, answers):
    """The Client of one row, new or known, with every page that was answered about this person."""
    number = row["number"]
    said = (row.get("same"), answers.of(f"contact-{number}", "same"))
    same = next((text for text in said if (text or "").isdigit()), "")
    client = (Client.get_or_none(Client.id == int(same)) if same.isdigit() else None) or Client()
    client.household = household
    for name in pages.PersonRow.asks:
        setattr(client, name, row[name])
    arrival = _arrival_page(row, answers)
    for page in (f"contact-{number}", f"learning-{number}", arrival):
        for name, value in answers.get(page, {}).items():
            if name in Client._meta.fields and (
                name != OWN_NUMBER or arrival == f"person-{number}"
            ):
                setattr(client, name, value)
    if not client.preferred_languages:
        client.preferred_languages = [answers.of("desk", "language_used")]
    if client.id is None:
        client.address, client.municipality = household.address, household.city
    _is_new(row, answers, client)
    records.save(client, confirmed=(people.SIMILAR, caseload.PAST_THE_MOST))
    return client


def _arrival_page(row, answers):
    """The page that says how this person came; the first person's, where it is the same and may be known."""
    own = f"person-{row['number']}"
    if own in answers or row not in may_be_asked(answers):
        return own
    return f"person-{first_of(answers)['number']}"


def _is_new(row, answers, client):
    """R-CLI-3: somebody like this may have been saved at another desk since the question was asked."""
    if client.id is not None:
        return
    contact = answers.get(f"contact-{row['number']}", {})
    shown = {row.get("same"), contact.get("same"), answers.of("desk", "same")} - {None, ""}
    seen = {whole(part) for text in shown for part in text.split("-")}
    new = [
        one
        for one in people.similar_to(client)
        if one.id not in seen and one.household_id != client.household_id
    ]
    if new:
        words = _(
            "Somebody like %(name)s came on file meanwhile: %(people)s. Open the page with the people, press"
            " Continue there and say who it is.",
            name=str(client),
            people="; ".join(people.described(new)),
        )
        raise records.Refused([records.Problem("", words)])


def _care(answers, members):
    said = answers.of("care-children", "care") or {}
    for row in children(answers):
        child = members[row["number"]]
        known = {
            g.guardian_id: g for g in Guardianship.select().where(Guardianship.child == child.id)
        }
        wanted = {members[adult].id: members[adult] for adult in said.get(row["number"], ())}
        for key, guardian in wanted.items():
            if key not in known and people_rules.is_minor(child) is not False:
                records.save(Guardianship(guardian=guardian, child=child))
        for key, link in known.items():
            if key not in wanted and key in {m.id for m in members.values()}:
                records.delete(link)


# ---- Consents --------------------------------------------------------------------------------------------------------------


def _consents(answers, draft, household, members):
    first = members[first_of(answers)["number"]]
    desk, signed = answers["desk"], _signature(answers["consents"])
    shared = {"household": household, "interpreter": desk["interpreter"]}
    limits = answers.of("limits", "limits_explained")
    kept = _record(shared, first, CONFIDENTIALITY, signed | {"limits_explained": limits})
    _record(
        shared, first, COLLECTION, signed | {"notes": _("Signed together with the form above.")}
    )
    attachments.hand_over(draft, kept, "consent-form", become=SIGNED_FORM)
    on_file = households.signed_own_forms(
        [client.id for client in members.values() if client.id != first.id]
    )
    for row in other_adults(answers):
        client = members[row["number"]]
        if (
            row["number"] in (answers.of("forms-adults", "signed") or ())
            and client.id not in on_file
        ):
            own = signed | {
                "signed_by_name": str(client),
                "signer_role": "client",
                "guardian_relation": None,
            }
            _record(shared, client, CONFIDENTIALITY, own | {"limits_explained": limits})
            _record(shared, client, COLLECTION, own)
    if answers.of("charter", "charter") == GIVEN:
        consent = _record(shared, first, CHARTER, _signature(answers["charter"]))
        attachments.hand_over(draft, consent, "charter-form", become=SIGNED_FORM)
    _sharing(answers, draft, shared, members)


def _signature(page):
    return {name: page[name] for name in forms.SIGNATURE if name in page}


def _record(shared, client, kind, facts, many=None):
    consent = ConsentRecord(client=client, type=kind, **{"state": GIVEN} | shared | facts)
    records.save(consent, many, confirmed=(people_rules.GUARDIAN_OF_ADULT,))
    return consent


def _sharing(answers, draft, shared, members):
    """R-CON-6: one consent for each person it covers, naming the organizations; a refusal is recorded too."""
    page, first = answers["sharing"], members[first_of(answers)["number"]]
    scans = None
    for kind, answer in ((SHARING, page["sharing"]), (EMAIL_DETAILS, page["email_details"])):
        if answer == forms.NOT_ASKED:
            continue
        named = page["organizations"] if kind == SHARING and answer == GIVEN else []
        there = Organization.select(Organization.id).where(Organization.id.in_(named or [0]))
        many = {"named_organizations": [key for (key,) in there.tuples()]}
        for row in rows(answers):
            if row["number"] not in (page["people"] or ()):
                continue
            client = members[row["number"]]
            facts = {
                "given_on": page["given_on"] or settings.today(),
                "copy_given": page["copy_given"],
            }
            facts |= _signer(row, client, answers, first) | {
                "state": GIVEN if answer == GIVEN else REFUSED
            }
            consent = _record(shared, client, kind, facts, many)
            scans = scans or consent
    if scans:
        attachments.hand_over(draft, scans, "sharing-form", become=SIGNED_FORM)


def _signer(row, client, answers, first):
    """Who signs for a person: themselves from the age of majority on, else a parent or guardian (R-CON-3)."""
    language_used = answers.of("consents", "language_used")
    if is_of_age(row):
        return {
            "signed_by_name": str(client),
            "signer_role": "client",
            "language_used": language_used,
        }
    return {
        "signed_by_name": answers.of("consents", "signed_by_name") or str(first),
        "signer_role": "guardian",
        "guardian_relation": answers.of("consents", "guardian_relation") or _("Parent or guardian"),
        "language_used": language_used,
    }


def _intake(answers, household):
    facts = answers["conversation"] | answers["urgent"]
    intake = Intake(
        household=household,
        interpreter=answers.of("desk", "interpreter"),
        orientation_checklist=answers.of("orientation", "explained"),
        completed_on=settings.today(),
        **{name: value for name, value in facts.items() if name in Intake._meta.fields},
    )
    records.save(intake)
