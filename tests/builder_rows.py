"""The fourteen services and four clients of the worked matching cases, in the tables, and a walk through the builder."""

from pathlib import Path

import yaml
from factories import (
    make_client,
    make_household,
    make_location,
    make_organization,
    make_program,
    save,
)
from test_wizard_engine import token_of

from models import (
    ACTIVE,
    AreaOfFocus,
    Keyword,
    Language,
    Organization,
    ServiceActivity,
    TaxonomyItem,
)

EXAMPLES = yaml.safe_load((Path(__file__).parent / "data" / "examples.yaml").read_text())[
    "matching"
]
COLUMNS = {
    "name": "name",
    "delivery": "delivery_mode",
    "duration": "duration_type",
    "fiscal_year": "fiscal_year",
    "reviewed": "last_reviewed_on",
    "intake": "intake_state",
    "supports": "support_services",
    "clb": "clb_levels",
    "clb_strict": "clb_strict",
    "groups_exclusive": "groups_exclusive",
    "min_age": "min_age",
    "max_age": "max_age",
    "start_date": "start_date",
    "end_date": "end_date",
}


def catalogue(partners=()):
    """{code: service id} of the fourteen entries; those in ``partners`` belong to a partner."""
    partner = make_organization(name="Harbour Centre") if partners else None
    return {
        row["id"]: _enter(row, partner if row["id"] in partners else None)
        for row in EXAMPLES["reference_catalogue"]
    }


def _enter(row, partner):
    owner = partner or Organization.own()
    if row.get("regions"):
        owner = make_organization(name=row["id"], regions_served=row["regions"])
    place = make_location(
        owner, name=f"{row['location']} {row['id']}", city=row.get("municipality") or "Nowhere"
    )
    area = AreaOfFocus.get(AreaOfFocus.slug == row["area"])
    program = make_program(
        owner, name=f"{row['program']} {row['id']}", funding=row["funding"], area_of_focus=area
    )
    program.state = ACTIVE
    save(program)
    values = {column: row[name] for name, column in COLUMNS.items() if row.get(name) is not None}
    service = ServiceActivity.create(
        program=program,
        location=place,
        state=ACTIVE,
        days=["mon"],
        contact_name="The host",
        contact_phone="519-555-0100",
        description="What happens here.",
        **values,
    )
    service.keywords.add([Keyword.get(Keyword.slug == slug) for slug in row.get("keywords", ())])
    service.languages.add(
        [Language.get(Language.code == code) for code in row.get("languages", ())]
    )
    service.client_groups.add(
        [TaxonomyItem.get(TaxonomyItem.slug == slug) for slug in row.get("groups") or ()]
    )
    return service.id


def client(code, **more):
    """One of the four clients, with the facts of the example as a file has them."""
    row = next(each for each in EXAMPLES["clients"] if each["code"] == code)
    facts = {
        "birth_date": row.get("dob"),
        "gender": row.get("gender"),
        "immigration_category": row["immigration_category"],
        "permanent_residence_date": row.get("pr_date"),
        "preferred_languages": row["languages"],
        "needs_interpreter": row["needs_interpreter"],
        "municipality": row.get("municipality"),
    }
    for spoken, level in (row.get("clb_oral") or {}).items():
        facts |= {f"clb_{spoken}_listening": level, f"clb_{spoken}_speaking": level}
    return make_client(make_household(), first_name="Case", last_name=code, **facts | more)


def begin(browser, who, **known):
    """The page of the need, begun from the client's page."""
    page = browser.get("/referral-builder/")
    data = {"csrf_token": token_of(page), "client": str(who.id), **known}
    return browser.post("/referral-builder/", data)


def results(browser, who, factor, supports=()):
    """The list for one factor with these supports."""
    page = browser.submit(begin(browser, who, factor=factor), "Continue")
    assert page.heading == "Services that may help", page.text
    return browser.submit(page, "Update the list", supports=list(supports)) if supports else page


def cards(page):
    """[(service id, score, band, notes)] of the list in its order."""
    found = []
    for card in page.soup.select("ol.result-list > li"):
        notes = {
            note["class"][-1].partition("-")[2]: " ".join(note.get_text(" ").split())
            for note in card.select(".result-notes > li")
        }
        found.append(
            (
                int(card.select_one("[name=services]")["value"]),
                int(card.select_one(".result-score strong").text),
                card.select_one(".result-score .pill")["class"][-1].removeprefix("pill-band-"),
                notes,
            )
        )
    return found


def force(browser, page, *keys, **more):
    """Post the list with ticks that nobody offered."""
    form = page.form_for({}, "Continue")
    data = {**form.values(), "services": [str(key) for key in keys], **more}
    return browser.post(page.path, data)


def tick(browser, page, *keys, button="Continue", **answers):
    """Tick these and no others, wherever on the page they stand, and go on."""
    return browser.submit(page, button, services=[str(key) for key in keys], **answers)


def finish(browser, page):
    """Through the statements, and the consent when one is asked, to the last page."""
    while page.heading != "Check your answers":
        page = browser.submit(page, "Continue")
    return browser.submit(page, "Record the referrals")
