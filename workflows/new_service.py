"""A new service or activity: from its program to the card, with its copies at other locations (R-SA, R-PROG-1)."""

from flask_babel import gettext as _
from flask_babel import ngettext

from forms import choices
from forms import new_service as pages
from models import (
    ACTIVE,
    DRAFT,
    N_,
    Keyword,
    Organization,
    Program,
    ServiceActivity,
    ServiceLocation,
)
from workflows import (
    audit,
    directory,
    directory_rules,
    engine,
    records,
    service_rules,
    settings,
)
from workflows.business_days import fiscal_year_of
from workflows.records import BLOCK, WARN, Change

LANGUAGE_TRAINING = "language-training"
# The rules of an entry that can be told on each page; saving asks them all again.
RULES = {
    "time": (
        service_rules.duration_and_dates_agree,
        service_rules.fiscal_year_is_well_written,
        service_rules.times_fit_the_schedule,
    ),
    "whom": (service_rules.ages_make_sense, service_rules.levels_are_benchmarks),
    "contact": (service_rules.cost_is_not_negative,),
}


def program_of(answers):
    """The Program these answers name: a stored one, or the one that is still to be saved; None before that."""
    if answers.of("program", "which") == pages.NEW:
        given = answers.get("new-program")
        if given is None:
            return None
        columns = {name: given[name] for name in pages.NewProgramForm.asks if name != "languages"}
        return Program(organization=Organization.own(), **columns)
    return Program.stored(answers.of("program", "program") or 0)


def entry(answers, location=None):
    """(ServiceActivity, many) as the answers say so far; it is not saved."""
    values, many = {}, {}
    for slug, form in pages.ENTRY.items():
        for name in form.asks:
            if name in answers.get(slug, {}):
                (many if name in directory.MANY else values)[name] = answers[slug][name]
    record = ServiceActivity(**values)
    program = program_of(answers)
    if program:
        record.program = program
    if location:
        record.location = location
    if answers.of("basics", "add_online") and service_rules.lacks_online(record):
        record.name = directory.with_online(record.name)
    if record.name:
        service_rules.work_out_dates(record, None)
    return record, {name: list(keys or ()) for name, keys in many.items()}


def _places(program):
    """Locations in use of the program's organization."""
    return ServiceLocation.select().where(
        ServiceLocation.organization == program.organization_id,
        ServiceLocation.is_active == True,  # noqa: E712 - a peewee expression
    )


def _chosen_places(answers):
    rows = ServiceLocation.stored_by_id(answers.of("place", "locations", ()))
    return sorted(rows.values(), key=lambda row: (row.name_sorted, row.id))


class NewService(engine.Workflow):
    """One entry, a topic a page, and its copies at once."""

    name = "new-service"
    title = N_("New service or activity")
    intro = N_(
        "From the program to the card that everybody reads, a topic a page. Several locations get their copies at once."
    )
    check_lead = N_("This is the card that colleagues will read.")
    check_template = "workflow/new_service_check.html"
    finish_label = N_("Save the service")
    steps = {"program": pages.ProgramForm, "new-program": pages.NewProgramForm, **pages.ENTRY}

    def about(self, draft):
        return draft.answers.get("basics", {}).get("name", [""])[-1][:200]

    def initial(self, page, answers, draft):
        program = program_of(answers)
        if page.step == "time":
            return {"fiscal_year": fiscal_year_of(settings.today())}
        if page.step == "place":
            only = list(_places(program).limit(2))
            return {"locations": [only[0].id] if len(only) == 1 else []}
        if page.step == "whom":
            return {"clb_strict": program.area_of_focus.slug == LANGUAGE_TRAINING}
        if page.step == "contact":
            names = ("contact_name", "contact_phone", "contact_email")
            return {name: getattr(program, name) for name in names}
        return {}

    def prepare(self, page, answers, draft):
        form = page.form
        if page.step == "place":
            places = _places(program_of(answers)).order_by(
                ServiceLocation.name_sorted, ServiceLocation.id
            )
            form.locations.choices = [(row.id, row.name) for row in places.limit(pages.UNENDING)]
        elif page.step == "keywords":
            area = program_of(answers).area_of_focus_id
            offered = Keyword.select().where(Keyword.id.in_(service_rules.offered_in(area)))
            form.keywords.choices = choices.by_words((row.id, row.label) for row in offered)
        elif page.step == "contact" and len(answers.of("place", "locations", ())) < 2:
            del form.copies_contact

    def facts(self, page, answers, draft):
        if page.step == "place":
            organization = program_of(answers).organization_id
            return {"location_href": f"/service-locations/new/?organization={organization}"}
        return {}

    def examine(self, page, answers, draft):
        given = engine.Answers({**answers, page.slug: page.form.data})
        if page.step == "new-program":
            self._examine_program(page.form, given)
        elif page.step == "place":
            self._examine_places(page.form, given)
        for rule in RULES.get(page.step, ()):
            record, many = entry(given)
            for found in rule(Change(record, None, many)):
                if found.level == BLOCK:
                    page.form.problem(found.field, found.message)

    @staticmethod
    def _examine_program(form, given):
        program = program_of(given)
        twin = Program.select().where(
            Program.organization == program.organization_id, Program.name == program.name
        )
        if twin.exists():
            form.problem(
                "name", _("There is already a program with this name. Go back and choose it.")
            )
        for found in records.problems(program, None, {"languages": form.languages.data}):
            if found.level == BLOCK and found.field in form:
                form.problem(found.field, found.message)

    @staticmethod
    def _examine_places(form, given):
        if given.of("program", "which") == pages.NEW:
            return
        for place in _chosen_places(given):
            record, _many = entry(given, place)
            if service_rules.same_entry(record, place.id):
                form.problem(
                    "locations",
                    _(
                        "%(place)s has an entry with this name in this program already. Untick it, or give"
                        " this one another name. Different times are no reason for a second entry: list them"
                        " at the end of the description.",
                        place=place.name,
                    ),
                )

    # ---- The card and the end ----------------------------------------------------------------------------------------

    def final_facts(self, answers, draft):
        first, *others = _chosen_places(answers)
        record, many = entry(answers, first)
        lacking = service_rules.missing(record, many["keywords"])
        warnings = [p.message for p in records.problems(record, None, many) if p.level == WARN]
        hints = [*warnings, *directory.completeness(record, many=many)]
        return {
            "card": directory.card(record),
            "name": record.name,
            "lacking": lacking,
            "hints": [words for words in dict.fromkeys(hints) if words not in lacking],
            "others": [place.name for place in others],
            "keeps_draft": "draft" in answers.said,
        }

    def finish(self, answers, draft):
        first, *others = _chosen_places(answers)
        record, many = entry(answers, first)
        if record.program_id is None:
            languages = answers.of("new-program", "languages")
            records.save(record.program, many={"languages": languages})
            record.program = record.program
        lacking = service_rules.missing(record, many["keywords"])
        record.state = DRAFT if lacking or "draft" in answers.said else ACTIVE
        record.last_reviewed_on = settings.today()
        record.reviewed_by_name = audit.actor.get().name
        records.save(record, many=many)
        made, skipped = [], []
        if others:
            contact = answers.of("contact", "copies_contact", "keep")
            made, skipped = directory.clone(record, others, contact)
        return {
            "service": record.id,
            "copies": [copy.id for copy in made],
            "skipped": [place.id for place in skipped],
        }

    def done(self, facts):
        service = ServiceActivity.get_by_id(facts["service"])
        copies = len(facts["copies"])
        sentences = [
            _("It is active: matching finds it now.")
            if service.state == ACTIVE
            else _("It is a draft: matching does not find it until it is activated.")
        ]
        if copies:
            sentences.append(
                ngettext(
                    "%(num)s copy was made at another location.",
                    "%(num)s copies were made at other locations.",
                    copies,
                )
            )
        if facts["skipped"]:
            names = [row.name for row in ServiceLocation.stored_by_id(facts["skipped"]).values()]
            sentences.append(
                _("Already there, left as it is: %(names)s.", names=directory_rules.named(names))
            )
        here = f"/service-activities/details/?id={service.id}"
        return engine.Done(
            _("%(name)s is saved", name=service.name),
            tuple(sentences),
            (
                (_("Open it"), here),
                (_("Print card"), f"/service-activities/card/?id={service.id}"),
                (_("Open the program"), f"/programs/details/?id={service.program_id}"),
            ),
            ((_("Another service of this program"), self.name, {"program": service.program_id}),),
        )
