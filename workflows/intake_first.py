"""What the pages of an intake show before anybody answered them: what is on file, what was said before, what is usual."""

from forms import choices
from forms import consents as signed
from forms import intake as pages
from models import Client, Organization, Staff
from workflows import audit, households, intake_records, settings, team
from workflows.intake_people import adults, children, may_be_asked, other_adults

PRINCIPAL = "principal-applicant"


def _first_desk(page, answers):
    return {"language_used": choices.language.get()}


def _first_signature(page, answers):
    """Signed today, by the person at the desk, explained by who is at this screen, as on the form before."""
    before = answers.get("consents", {})
    if before.get("signed_by_name"):
        return {name: before[name] for name in signed.SIGNATURE} | {"given_on": settings.today()}
    desk = answers["desk"]
    return {
        "signed_by_name": f"{desk['first_name']} {desk['last_name']}",
        "signer_role": "client",
        "staff_signer_name": audit.actor.get().name,
        "language_used": desk["language_used"],
        "given_on": settings.today(),
    }


def _first_household(page, answers):
    known = intake_records.household_at_desk(answers["desk"])
    names = (
        "address",
        "city",
        "province",
        "postal_code",
        "safe_address",
        "case_type",
        "anchor_date",
    )
    if known:
        found = {name: getattr(known, name) for name in names}
        return found | {"anchor_date": known.anchor_date or settings.today()}
    own = Organization.own()
    return {
        "city": own.city if own else None,
        "province": settings.value("province"),
        "safe_address": True,
        "anchor_date": settings.today(),
    }


def _first_people(page, answers):
    desk, known = answers["desk"], intake_records.household_at_desk(answers["desk"])
    members = households.members_of(known) if known else []
    members.sort(key=lambda client: str(client.id) != desk["same"])
    names = (*pages.PersonRow.asks,)
    found = [
        {name: getattr(client, name) for name in names}
        | {"same": str(client.id), "details": pages.OWN}
        for client in members
    ]
    if not desk["same"].isdigit():
        me = {
            "first_name": desk["first_name"],
            "last_name": desk["last_name"],
            "same": desk["same"],
        }
        found.insert(0, me if members else me | {"relation": PRINCIPAL})
    return {"people": found}


def _first_about(page, answers):
    """What is on file of somebody we know; else the language of the desk and what is usual."""
    chosen = page.item.get("same") or ""
    client = Client.get_or_none(Client.id == int(chosen)) if chosen.isdigit() else None
    if client:
        return {name: getattr(client, name) for name in page.form_class.asks}
    return {
        "preferred_languages": [answers.of("desk", "language_used")],
        "immigration_category": "unknown",
        "safe_to_call": "ask-first",
        "safe_to_text": "ask-first",
        "safe_to_email": "ask-first",
        "seeking_work": "not-asked",
    }


def _first_forms(page, answers):
    """Ticked already: who signed both forms earlier and has not taken them back."""
    chosen = {row["number"]: row.get("same") or "" for row in other_adults(answers)}
    ids = [int(same) for same in chosen.values() if same.isdigit()]
    there = households.signed_own_forms(ids)
    return {"signed": [n for n, same in chosen.items() if same.isdigit() and int(same) in there]}


def _first_care(page, answers):
    """The principal applicant and the spouse are taken for the parents of the children until somebody says otherwise."""
    parents = [
        r["number"] for r in adults(answers) if r["relation"] in (PRINCIPAL, "spouse-partner")
    ]
    return {
        "care": {
            row["number"]: parents if row["relation"] == "child" else []
            for row in children(answers)
        }
    }


def _first_sharing(page, answers):
    everybody = [row["number"] for row in may_be_asked(answers)]
    return {
        "sharing": signed.NOT_ASKED,
        "email_details": signed.NOT_ASKED,
        "people": everybody,
        "given_on": settings.today(),
    }


def _first_worker(page, answers):
    known = intake_records.household_at_desk(answers["desk"])
    if known and known.primary_worker_id:
        return {"primary_worker": known.primary_worker_id, "backup_worker": known.backup_worker_id}
    here = _staff_here()
    may = here and not team.lacking(Staff.get_by_id(here))
    return {"primary_worker": here if may else None}


def _first_conversation(page, answers):
    return {"intake_date": settings.today(), "worker": _staff_here(), "mode": "in-person"}


def _staff_here():
    """The id of the staff row of who is at this screen; None when the name is no longer one."""
    return Staff.select(Staff.id).where(Staff.name == audit.actor.get().name).scalar()


FIRST = {
    "desk": _first_desk,
    "consents": _first_signature,
    "charter": lambda page, answers: _first_signature(page, answers) | {"charter": None},
    "household": _first_household,
    "people": _first_people,
    "forms": _first_forms,
    "person": _first_about,
    "contact": _first_about,
    "learning": _first_about,
    "care": _first_care,
    "sharing": _first_sharing,
    "worker": _first_worker,
    "conversation": _first_conversation,
}
