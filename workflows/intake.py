"""New intake: from "who is at the desk" to a file number and what comes next (2.6-2.9, R-CON, R-CLI-3)."""

from flask_babel import gettext as _

from forms import choices
from forms import consents as signed
from forms import intake as pages
from forms.pickers import PickerField
from models import N_, WITHDRAWN, Client, ConsentRecord, Household, Organization, Staff
from workflows import (
    engine,
    households,
    intake_records,
    people,
    people_rules,
    records,
    settings,
    team,
    texts,
)
from workflows.case_rules import PORTAL_ONLY
from workflows.engine import Each
from workflows.intake_first import FIRST, PRINCIPAL
from workflows.intake_people import adults, children, first_of, may_be_asked, other_adults, rows

CLOSED = ("closed", "disposed")
# Questions that must be answered although the table would take them empty.
ASKED_OF_ALL = ("limits_explained", "explained", "staff_signer_name", "preferred_languages", "care")
# Where a script looks rows up that are too many for a list.
LOOKED_UP = {
    "interpreter": "intakes",
    "worker": "intakes",
    "primary_worker": "households",
    "backup_worker": "households",
    "household": "clients",
}
CHECKED_ROW = (
    people.birth_is_past,
    people_rules.dates_of_a_life_are_in_order,
    people_rules.language_levels_go_from_0_to_12,
    people_rules.client_number_has_8_or_10_digits,
)


def _one_page(key, found):
    """A page that is asked once, and only where ``found(answers)`` finds somebody to ask about."""
    return lambda answers: [(key, None)] if found(answers) else []


def _each(found):
    return lambda answers: [(row["number"], row) for row in found(answers)]


def _own_pages(answers):
    """Those whose language and arrival are asked: the first person, and who differs."""
    first = first_of(answers)
    return [r for r in may_be_asked(answers) if r is first or r.get("details") == pages.OWN]


def _asked_adults(answers):
    grown = adults(answers)
    return [row for row in may_be_asked(answers) if row in grown]


class NewIntake(engine.Workflow):
    """A family is at the desk."""

    name = "intake"
    title = N_("New intake")
    intro = N_(
        "From the first hello to a file number. Nothing is asked before the consents are given."
    )
    check_lead = N_("Nothing is in the file yet. Read it through, then finish the intake.")
    finish_label = N_("Finish the intake")
    steps = {
        "desk": signed.DeskForm,
        "limits": signed.LimitsForm,
        "consents": signed.ConsentsForm,
        "household": pages.HouseholdForm,
        "people": pages.PeopleForm,
        "forms": Each(_one_page("adults", other_adults), pages.FormsForm),
        "person": Each(_each(_own_pages), pages.PersonForm),
        "contact": Each(_each(_asked_adults), pages.ContactForm),
        "learning": Each(_each(_asked_adults), pages.LearningForm),
        "care": Each(_one_page("children", children), pages.CareForm),
        "urgent": pages.UrgentForm,
        "orientation": pages.OrientationForm,
        "charter": signed.CharterForm,
        "sharing": signed.SharingForm,
        "worker": pages.WorkerForm,
        "conversation": pages.ConversationForm,
    }

    def about(self, draft):
        desk = draft.answers.get("desk", {})
        names = (desk.get(name, [""])[-1].strip() for name in ("last_name", "first_name"))
        return ", ".join(filter(None, names))

    def held(self, answers, slug, passed):
        """R-CON-1, R-CON-2: once a consent is refused nothing of the later pages stays; nor of somebody removed."""
        if slug == "consents" and passed and _is_refused(answers["consents"]):
            first = ("desk", "limits", "consents")
            return {page: raw for page, raw in answers.items() if page in first or page[0] == "_"}
        if slug == "people":
            there = _numbers(answers)
            return {page: raw for page, raw in answers.items() if _is_of(page, there)}
        return answers

    def may_hold(self, slug, draft):
        """R-CON-1: once both consents stand in the draft; a file closed meanwhile loses nobody's typing."""
        raw = draft.answers.get("consents", {})
        both = [value for name in ("confidentiality", "collection") for value in raw.get(name, ())]
        return _could_come(slug, draft) and engine.DONE in raw and both == ["given", "given"]

    # ---- What a page shows first -----------------------------------------------------------------------------------------

    def initial(self, page, answers, draft):
        begin = FIRST.get(page.step)
        return begin(page, answers) if begin else {}

    def prepare(self, page, answers, draft):
        form, step = page.form, page.step
        for name in ASKED_OF_ALL:
            if name in form:
                form[name].flags.required = True
        for name, table in LOOKED_UP.items():
            if isinstance(form._fields.get(name), PickerField):
                form[name].lookup_url = f"/{table}/lookup/?field={name}"
        if step == "desk":
            form.language_used.label.text = _("Preferred language")
            _name(form.same)
            form.same.look_url, form.same.look_from = "/clients/look-alikes/?row=", "closest form"
        if step == "people":
            _prepare_rows(form.people)
        if step == "contact":
            _name(form.same)
        if step == "forms":
            form.signed.choices = [(r["number"], pages.name_of(r)) for r in other_adults(answers)]
        if step == "care":
            form.care.children = [(r["number"], pages.name_of(r)) for r in children(answers)]
            form.care.adults = [(r["number"], pages.name_of(r)) for r in adults(answers)]
        if step == "orientation":
            form.explained.choices = orientation()
        if step == "sharing":
            form.organizations.choices = partners()
            form.people.choices = [(r["number"], pages.name_of(r)) for r in may_be_asked(answers)]

    def facts(self, page, answers, draft):
        if page.step == "worker":
            return {"suggestion": intake_records.suggestion(answers)}
        if page.step not in ("limits", "charter"):
            return {}
        spoken = answers.of("desk", "language_used")
        lang = spoken if spoken in ("en", "fr") else choices.language.get()
        return {
            "text_language": lang,
            "spoken": choices.language_label(spoken),
            "is_spoken": lang == spoken,
            "statement": texts.body("confidentiality-statement", lang),
            "charter": charter(lang),
        }

    # ---- Rules ---------------------------------------------------------------------------------------------------------

    def examine(self, page, answers, draft):
        check = getattr(self, f"_examine_{page.step}", None)
        if check:
            check(page.form, answers, draft)

    def _examine_desk(self, form, answers, draft):
        household = intake_records.household_at_desk(form.data)
        if household and household.status in CLOSED:
            words = _(
                "The file %(number)s is closed. Choose another, or leave it empty for a new one."
            )
            form.problem("household", words % {"number": household.file_number})
        known = form.same.person
        if known and household is None:
            form.problem("same", _("This person is no longer on file. Choose again."))
        elif known and form.household.data and not _is_member(known, household):
            form.problem("household", _("This person is in another household. Leave this empty."))

    def _examine_limits(self, form, answers, draft):
        left = len(choices.terms("confidentiality-limits")) - len(form.limits_explained.data or ())
        if left > 0:
            form.problem("limits_explained", _("Explain each limit and tick it before you go on."))

    def _examine_consents(self, form, answers, draft):
        day = form.given_on.data if "given_on" in form else None
        if day and day > settings.today():
            form.problem(
                "given_on", _("This day is in the future. Enter the day of the signature.")
            )
        if form.is_signed and _taken_back(answers.of("desk", "same"), draft):
            words = _(
                "This person took a consent back meanwhile, in another window. Ask again first."
            )
            form.problem("confidentiality", words)

    def _examine_household(self, form, answers, draft):
        if form.case_type.data == "intensive" and not form.anchor_date.data:
            form.problem("anchor_date", _("Enter the first day of the program."))

    def _examine_people(self, form, answers, draft):
        wrong, principals, taken = [], 0, set()
        for number, row in enumerate(form.people.forms, 1):
            _check_row(row)
            principals += row.relation.data == PRINCIPAL
            if row.relation.data == PRINCIPAL and principals > 1:
                row.problem("relation", _("A household has one principal applicant."))
            if row.same.person and not row.same.known:
                row.problem("same", _("This person is no longer on file. Choose again."))
            if row.same.person in taken:
                row.problem("same", _("This person is in the list already. Remove one of the two."))
            taken |= {row.same.person} - {None}
            if row.errors:
                wrong.append(form.people.legend(number))
        if wrong:
            form.people.errors = [_("Look at these again: %(people)s.", people=", ".join(wrong))]

    def _examine_forms(self, form, answers, draft):
        for row in other_adults(answers):
            if row["number"] in (form.signed.data or ()) and _taken_back(row.get("same"), draft):
                words = _(
                    "%(name)s took a consent back meanwhile. Take the tick away, or ask again first."
                )
                form.problem("signed", words % {"name": pages.name_of(row)})

    def _examine_person(self, form, answers, draft):
        _check_row(form, form.item)
        if not form.preferred_languages.data:
            form.problem("preferred_languages", _("Choose at least one language."))

    def _examine_learning(self, form, answers, draft):
        _check_row(form, form.item)

    def _examine_worker(self, form, answers, draft):
        """R-STAFF-1: nobody is promised to a family who may not take a case yet; the line may stay empty."""
        staff = Staff.get_or_none(Staff.id == form.primary_worker.data)
        if staff and answers.of("household", "case_type") != PORTAL_ONLY:
            if words := team.lacking_words(staff):
                words += " " + _("Choose somebody else, or leave this empty for now.")
                form.problem("primary_worker", words)

    def _examine_conversation(self, form, answers, draft):
        if form.intake_date.data and form.intake_date.data > settings.today():
            form.problem(
                "intake_date", _("This day is in the future. Enter the day of the intake.")
            )

    # ---- Look-alikes (R-CLI-3), looked for when a page is answered --------------------------------------------------------

    def advise(self, page, answers, draft):
        form = page.form
        if page.step == "desk" and not form.household.data:
            name = f"{form.first_name.data} {form.last_name.data}"
            form.same.ask(described(people.same_person(name)))
        if page.step == "people":
            asked = [
                row
                for row in form.people.forms
                if not row.same.person and row.same.ask(described(like_row(row)))
            ]
            if asked:
                words = _(
                    "Somebody may be on file already. Say who is the same person and who is not."
                )
                form.people.errors = [words]
        if (
            page.step == "contact"
            and form.phone.data
            and not (page.item.get("same") or "").isdigit()
        ):
            mine = {row.get("same") for row in rows(answers)}
            found = [c for c in people.similar(phone=form.phone.data) if str(c.id) not in mine]
            form.same.ask(described(found))

    # ---- The end -------------------------------------------------------------------------------------------------------

    def finish(self, answers, draft):
        if not signed.consents_given(answers):
            return intake_records.refuse(answers, draft)
        return intake_records.write(answers, draft)

    def done(self, facts):
        household = Household.get_or_none(Household.id == facts["household"])
        if household is None:
            return engine.Done(_("This file is no longer there"))
        number = _("File number %(number)s.", number=household.file_number)
        if facts.get("refused"):
            return engine.Done(
                _("Nothing was written down"),
                (number, _("A consent was refused, so only this number is kept, without a name.")),
                ((_("Home"), "/"),),
            )
        return households.what_comes_next(household, number)


def _is_refused(raw):
    return "refused" in (*raw.get("confidentiality", ()), *raw.get("collection", ()))


def _numbers(answers):
    """The numbers of the rows that stand in the list of people, as typed."""
    return {name.split("-")[1] for name in answers.get("people", ()) if name.endswith("-row")}


def _could_come(slug, draft):
    """Whether this intake could ask such a page: about nobody who is not in the list."""
    if slug in NewIntake.steps:
        return not isinstance(NewIntake.steps[slug], Each)
    step, _dash, key = slug.rpartition("-")
    once = {"forms": "adults", "care": "children"}
    if step not in NewIntake.steps or not isinstance(NewIntake.steps[step], Each):
        return False
    return key == once[step] if step in once else key in _numbers(draft.answers)


def _is_of(page, numbers):
    """False for a page about somebody who is no longer in the list."""
    step, _dash, number = page.rpartition("-")
    return step not in ("person", "contact", "learning") or number in numbers


def _is_member(client_id, household):
    return Client.select().where(Client.id == client_id, Client.household == household.id).exists()


def _taken_back(chosen, draft):
    """True when somebody on file withdrew one of the two consents since this intake was begun (R-CON-1)."""
    if not (chosen or "").isdigit():
        return False
    kinds = (people_rules.CONFIDENTIALITY, people_rules.COLLECTION)
    withdrawn = ConsentRecord.select().where(
        ConsentRecord.client == int(chosen),
        ConsentRecord.type.in_(kinds),
        ConsentRecord.state == WITHDRAWN,
        ConsentRecord.updated_at >= draft.created_at,
    )
    return withdrawn.exists()


# ---- Look-alikes ---------------------------------------------------------------------------------------------------------


def like_row(row):
    """Clients who may be the person of one row of the list (R-CLI-3)."""
    year = row.birth_year_only.data
    if not (row.birth_date.data or year and 1900 <= year <= settings.today().year):
        return []
    return people.similar(
        row.last_name.data or "", row.first_name.data or "", row.birth_date.data, year
    )


def like_typed(form, name_alone):
    """[(id, words, address)] of look-alikes of somebody who is being typed; ``name_alone`` asks by the name."""
    if name_alone:
        name = f"{form.first_name.data} {form.last_name.data}".split()
        return described(people.same_person(" ".join(name))) if len(name) > 1 else []
    return described(like_row(form))


def described(clients):
    """[(id, words, address)] of look-alikes, for the question."""
    words = people.described(clients) if clients else []
    return [
        (client.id, text, f"/clients/details/?id={client.id}")
        for client, text in zip(clients, words, strict=True)
    ]


def _name(*fields):
    """Say who was chosen already, in one statement for all of them."""
    chosen = {field.person for field in fields} - {None}
    if not chosen:
        return
    found = list(Client.select().where(Client.id.in_(chosen)))
    words = dict(zip((client.id for client in found), people.described(found), strict=True))
    for field in fields:
        field.known = words.get(field.person, "")


def _prepare_rows(field):
    _name(*(row.same for row in field.forms))
    for number, row in enumerate(field.forms, 1):
        if row.relation.choices[0][0] != "":
            row.relation.choices = [("", _("Choose…")), *row.relation.choices]
        if not row.same.known:
            row.same.look_url = f"/clients/look-alikes/?row={field.prefix(number)}-"
        if number == 1:
            del row["details"]


def _check_row(form, item=None):
    """The rules about one person, said beside the questions of ``form``; ``item`` is what is known of them besides."""
    known = {**(item or {}), **form.data}
    values = {name: value for name, value in known.items() if name in Client._meta.fields}
    change = records.Change(Client(**values), None, {})
    for check in CHECKED_ROW:
        for problem in check(change):
            form.problem(problem.field, problem.message)


# ---- Texts and lists -------------------------------------------------------------------------------------------------------


def orientation():
    """[(slug, label)] of what is explained at intake, as the agency words it."""
    items = texts.items("intake-orientation-checklist")
    return [(item["slug"], texts.said(item["label"])) for item in items]


def charter(lang):
    """[(title, [point])] of the client charter in ``lang``."""
    return [
        (
            texts.said(section["title"], lang),
            [texts.said(point, lang) for point in section["points"]],
        )
        for section in texts.parts("client-charter")["sections"]
    ]


def partners():
    """[(id, name)] of the organizations a consent may name."""
    others = Organization.select(Organization.id, Organization.name)
    others = others.where(Organization.is_own == False)  # noqa: E712 - a peewee expression
    return list(others.order_by(Organization.name_sorted, Organization.id).tuples())
