"""A person's own record on paper holds nothing about anybody else (R-NOTE-3, R-NOTE-9)."""

import datetime

import peewee
import pytest
from case_factories import (
    make_assessment,
    make_child,
    make_exit_interview,
    make_goal,
    make_guardianship,
    make_intake,
    make_need_alert,
    make_plan_action,
    make_plan_review,
    make_statement_of,
)
from casework_factories import (
    make_access_request,
    make_addendum,
    make_appointment,
    make_booking,
    make_case_activity,
    make_case_note,
    make_consulted_party,
    make_correspondence,
    make_home_visit,
    make_incident,
)
from factories import (
    make_client,
    make_consent,
    make_driving_statement,
    make_household,
    make_recommended_action,
    make_referral,
)

import models
from models import (
    AccessRequest,
    Appointment,
    Attachment,
    CaseActivity,
    CaseNote,
    Client,
    ConsentRecord,
    ConsultedParty,
    Correspondence,
    DrivingStatement,
    ExitInterview,
    Goal,
    HomeVisit,
    Household,
    IncidentReport,
    Intake,
    NeedAlert,
    NeedsAssessment,
    NoteAddendum,
    PlanAction,
    PlanReview,
    Printout,
    RecommendedAction,
    Referral,
)
from workflows import audit, client_merge, former_members, records

# Columns whose words are the product's own or point elsewhere, and those of everybody: the file number, the address of
# the home this person shares.
NOT_TEXT = (models.TermField, models.LanguageField, peewee.ForeignKeyField)
SKIPPED = ("uuid", "search", "created_by_name", "updated_by_name", "matrix_version")
SKIPPED += ("scheme_version", "owner_table", "hash", "media_type", "file_number", "number")
SKIPPED += ("postal_code", "factor", "question", "action_slug", "display_name")
OF_THE_HOME = ("address", "city", "postal_code")


@pytest.fixture
def family(app):
    """(the mother, whose record is printed; her husband; their child)."""
    mother = make_client(
        first_name="Rima", last_name="Haddad", occupation="Baker", municipality="Leamington"
    )
    husband = make_client(household=mother.household, relation="spouse-partner")
    child = make_child(mother)
    return mother, husband, child


def others_records(mother, husband, child):
    """Records of every kind about the two others, the family, and several people together."""
    house = mother.household
    make_guardianship(husband, child)
    for other in (husband, child):
        together = [mother, other]
        for people in ([other], together, [other, child] if other is husband else [other]):
            note = make_case_note(clients=people)
            make_addendum(note=note), make_consulted_party(note=note)
            make_case_activity(clients=people), make_home_visit(clients=people)
        make_correspondence(client=other), make_appointment(client=other)
        make_booking(client=other), make_exit_interview(client=other)
        make_access_request(client=other)
        make_consent(other, notes="x", state="refused")
        make_need_alert(make_assessment(other))
        make_statement_of(NeedsAssessment.get(NeedsAssessment.client == other))
        make_plan_action(goal=make_goal(other))
        referral = make_referral(client=other)
        make_recommended_action(referral=referral)
        statement = make_driving_statement(client=other)
        models.DrivingStatement.referrals.get_through_model().create(
            drivingstatement=statement, referral=referral
        )
    family_note = make_case_note(clients=[mother], is_family_matter=True)
    make_addendum(note=family_note)
    make_intake(household=house), make_plan_review(household=house)
    make_incident(household=house)
    letter = make_correspondence(client=husband)
    Correspondence.update(client=None).where(Correspondence.id == letter.id).execute()
    Attachment.create(
        kind="correspondence",
        owner_table="correspondence",
        owner_id=letter.id,
        name="x",
        media_type="application/pdf",
        size=1,
        hash="0",
        content=b"x",
    )


OTHERS = (
    Client,
    CaseNote,
    NoteAddendum,
    ConsultedParty,
    CaseActivity,
    HomeVisit,
    Correspondence,
    Appointment,
    ExitInterview,
    AccessRequest,
    ConsentRecord,
    NeedsAssessment,
    NeedAlert,
    Goal,
    PlanAction,
    PlanReview,
    Referral,
    RecommendedAction,
    DrivingStatement,
    Intake,
    IncidentReport,
    Attachment,
    Household,
)


def plant(mother):
    """Put a word of its own into every text column of every record about others; returns the words."""
    words = []
    for model in OTHERS:
        for field in model._meta.sorted_fields:
            is_text = isinstance(field, (peewee.CharField, peewee.TextField))
            if not is_text or isinstance(field, NOT_TEXT) or field.choices:
                continue
            if field.name in SKIPPED or model is Household and field.name in OF_THE_HOME:
                continue
            for row in model.select(model.id):
                if model is Client and row.id == mother.id:
                    continue
                word = f"Zq{len(words):04d}x"
                model.update({field: word}).where(model.id == row.id).execute()
                words.append(word)
    return words


def own_print(browser, person):
    page = browser.get(f"/clients/details/?id={person.id}")
    return browser.submit(page, "Print this person’s own record")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_of_many_words_planted_in_others_records_none_is_in_a_person_s_print(
    browser, family, language
):
    """R-NOTE-9: through the screen, in both languages."""
    mother, husband, child = family
    others_records(*family)
    words = plant(mother)
    assert len(words) >= 200
    paper = own_print(browser, mother)
    paper = browser.get(f"{paper.path}&lang={language}")
    html = paper.response.get_data(as_text=True)
    assert paper.soup.html["lang"] == language
    assert [word for word in words if word in html] == []
    for other in (husband, child):
        stored = Client.get_by_id(other.id)
        assert stored.first_name not in html and stored.last_name not in html
    assert "Baker" in html and mother.phone in html and mother.household.file_number in html
    row = Printout.get(Printout.kind == "person")
    assert (row.client_id, row.household_id) == (mother.id, mother.household_id)


def test_what_concerns_the_person_alone_is_there_in_full(browser, family):
    """R-NOTE-9: a client may have a copy of what they themselves provided."""
    mother, husband, _child = family
    make_case_note(clients=[mother], discussed="The bakery called about a shift.")
    make_case_activity(clients=[mother], note="Filled in the form for the clinic.")
    make_correspondence(client=mother, content="Asks for a later course.")
    make_goal(mother, title="Work in a bakery")
    make_assessment(mother, client_view="A steady job matters most.")
    referral = make_referral(client=mother)
    make_consent(mother)
    paper = own_print(browser, mother)
    for words in ("The bakery called", "Filled in the form", "a later course", "Work in a bakery"):
        assert words in paper, words
    assert "A steady job matters most." in paper and referral.number in paper
    assert "Written by" in paper and "printed on" in paper and str(husband) not in paper


def test_a_record_about_several_is_listed_with_date_and_type_and_the_paper_says_so(browser, family):
    """R-NOTE-9"""
    mother, husband, _child = family
    make_case_note(clients=[mother, husband], type="formal-meeting", discussed="Wombattext")
    make_case_activity(clients=[mother, husband], note="Numbattext")
    make_home_visit(clients=[mother, husband], purpose="Quokkatext")
    make_case_note(clients=[husband], discussed="Dingotext")
    paper = own_print(browser, mother)
    lines = [item.get_text(" ", strip=True) for item in paper.soup.select("article")]
    several = [line for line in lines if "Concerns several people" in line]
    assert len(several) == 3 and any("ormal" in line for line in several)
    assert not any(w in paper for w in ("Wombat", "Numbat", "Quokka", "Dingo"))
    assert "only what concerns this person alone" in paper


def test_a_text_that_names_somebody_else_of_the_family_is_left_out(browser, family):
    """R-NOTE-9: somebody wrote a name into a note about this person alone."""
    mother, husband, _child = family
    husband.first_name, husband.preferred_name = "Yusuf", "Joé"
    husband.last_name = "Haddad"
    models.Client.update(first_name="Yusuf", preferred_name="Joé", last_name="Haddad").where(
        Client.id == husband.id
    ).execute()
    make_case_note(
        clients=[mother],
        discussed="YUSUF is looking for work.",
        observations="Appeared well rested.",
        agreed_and_follow_up="Ask joe for the papers.",
        reason_for_contact="The Haddad family moved.",
    )
    make_goal(mother, title="Yusuf learns to drive")
    note = make_case_note(clients=[mother])
    make_addendum(note=note, text="Yusuf called back.")
    paper = own_print(browser, mother)
    assert "usuf" not in paper and "YUSUF" not in paper and "joe" not in paper
    assert "Appeared well rested." in paper and "The Haddad family moved." in paper
    assert paper.text.count("left out: it names somebody else") == 4


def test_who_signed_for_a_child_is_not_named_on_the_child_s_paper(browser, family):
    """R-NOTE-9, R-CON-3"""
    _mother, _husband, child = family
    make_consent(
        child,
        type="collection-use",
        signer_role="guardian",
        signed_by_name="Waleed Quokkaname",
        guardian_relation="Father",
        given_on=datetime.date(2026, 1, 5),
    )
    paper = own_print(browser, child)
    assert "Guardian" in paper and "Quokkaname" not in paper


def test_the_paper_in_french_is_in_french(browser, family):
    """R-SYS-6"""
    mother, *_others = family
    Client.update(preferred_languages=["fr"]).where(Client.id == mother.id).execute()
    assert own_print(browser, mother).soup.html["lang"] == "fr"


# ---- Who is not in the household any more ------------------------------------------------------------------------------------


def called(client, first_name, last_name):
    """A name that no factory gives anybody; the audit log is told nothing."""
    names = {"first_name": first_name, "last_name": last_name, "preferred_name": None}
    Client.update(**names).where(Client.id == client.id).execute()
    return Client.get_by_id(client.id)


def test_a_text_that_names_somebody_who_moved_out_is_left_out(browser, family):
    """R-NOTE-9: whether it was written before or after they left."""
    mother, husband, _child = family
    called(husband, "Yusuf", "Quokkaname")
    make_case_note(clients=[mother], discussed="Yusuf is looking for work.")
    husband = Client.get_by_id(husband.id)
    husband.household = make_client().household
    records.save(husband)
    make_case_note(clients=[mother], discussed="Mr. Quokkaname has his own flat now.")
    paper = own_print(browser, mother)
    assert "Yusuf" not in paper and "Quokkaname" not in paper
    assert paper.text.count("left out: it names somebody else") == 2


def test_whoever_moved_out_has_a_print_without_the_names_of_those_they_left(browser, family):
    """R-NOTE-9"""
    mother, husband, _child = family
    mother = called(mother, "Rima", "Wombatname")
    husband = called(husband, "Yusuf", "Haddad")
    make_case_note(clients=[husband], discussed="Rima asked for a room of her own.")
    moved = {"household": [husband.household_id, make_client().household_id]}
    # Today nobody moves out of a file that names them; a version before let them.
    Client.update(household=moved["household"][1]).where(Client.id == husband.id).execute()
    audit.record("update", "client", husband.id, moved)
    paper = own_print(browser, husband)
    assert "Rima" not in paper and "left out: it names somebody else" in paper


def test_a_text_that_names_somebody_who_was_merged_out_of_the_file_is_left_out(browser, family):
    """R-NOTE-9, R-CLI-4: the record that stays is in another file, perhaps under another spelling."""
    mother, husband, _child = family
    husband = called(husband, "Yousef", "Quokkaname")
    make_case_note(clients=[mother], discussed="Yusuf is looking for work.")
    make_case_note(clients=[mother], observations="Yousef appeared tired.")
    again = called(make_client(make_household(file_number="2001-001")), "Yusuf", "Numbatname")
    make_consent(again, signed_by_name="Yusuf Numbatname")
    make_client(again.household)
    merged(again, husband)
    assert Client.get_or_none(Client.id == husband.id) is None
    paper = own_print(browser, mother)
    assert "Yusuf" not in paper and "Yousef" not in paper


def test_whoever_left_a_file_that_was_joined_to_another_is_known_there(browser, app):
    """R-NOTE-9, R-CLI-4"""
    old = make_client(make_household(file_number="2001-001"), birth_date=datetime.date(1988, 3, 9))
    new = make_client(birth_date=datetime.date(1988, 3, 9))
    brother = called(make_client(household=new.household), "Yusuf", "Quokkaname")
    brother.household = make_client().household
    records.save(brother)
    make_case_note(clients=[new], discussed="Yusuf is looking for work.")
    merged(old, new)
    assert Household.get_or_none(Household.id == new.household_id) is None
    assert "Yusuf" not in own_print(browser, Client.get_by_id(old.id))


def test_a_number_that_the_database_gave_again_leads_to_no_circle(app):
    """R-NOTE-9, R-CLI-4: one record went into another, and later that one into a new record with the number of the first."""
    one, other, third = make_client(), make_client(), make_client()
    left = [third.household_id, one.household_id]
    audit.record("update", "client", one.id, {"household": left})
    audit.record("update", "client", other.id, {"merged": [None, one.id]})
    audit.record("update", "client", one.id, {"merged": [None, other.id]})
    assert former_members.once_with(third) == [one]


def test_files_that_became_one_twice_are_followed_to_the_first(app):
    """R-NOTE-9, R-CLI-4"""
    here, away = make_client(), make_client()
    kept = make_client(household=here.household)
    first, second = (make_household(file_number=f"2001-00{n}") for n in (1, 2))
    for file, household in ((first, second), (second, here.household)):
        moved = {"merged": [None, 0], "household": [file.id, household.id]}
        audit.record("update", "client", kept.id, moved)
    audit.record("update", "client", away.id, {"household": [first.id, away.household_id]})
    Household.delete().where(Household.id.in_((first.id, second.id))).execute()
    assert set(former_members.once_with(here)) == {away, kept}


def test_somebody_a_row_of_the_file_names_was_of_it(app, family):
    """R-NOTE-9: older moves left no household in the audit log."""
    mother, husband, _child = family
    make_case_activity(clients=[husband])
    elsewhere = make_client().household
    Client.update(household=elsewhere).where(Client.id == husband.id).execute()
    assert husband in former_members.once_with(mother)
    assert mother in former_members.once_with(Client.get_by_id(husband.id))


def merged(one, other):
    pair = Client.get_by_id(one.id), Client.get_by_id(other.id)
    client_merge.merge(one.id, other.id, client_merge.look(*pair).seal, {})
