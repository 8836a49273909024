"""Which consent covers which partner, and the one that is signed at the desk (R-REF-13, R-CON-5, R-CON-6)."""

from flask_babel import gettext as _

from forms.formats import date_text
from models import SHARING, ConsentRecord
from workflows import people_rules, records, referrals, settings
from workflows.builder_need import client_of, targets

SIGNED = (
    "signed_by_name",
    "signer_role",
    "guardian_relation",
    "language_used",
    "given_on",
    "copy_given",
)


def shares(answers):
    """True when one of the referrals leaves the agency."""
    return any(not target.is_own for target in targets(answers))


def covering(answers):
    """{partner id: (its name, the sharing consent in force that names it, or None)}, read once a walk."""
    if not hasattr(answers, "covering"):
        client, today = client_of(answers), settings.today()
        partners = {t.organization: t.organization_name for t in targets(answers) if not t.is_own}
        answers.covering = {
            key: (name, referrals.sharing_consent(client.id, key, today))
            for key, name in partners.items()
        }
    return answers.covering


def missing(answers):
    """{partner id: name} of those that no consent in force names."""
    return {key: name for key, (name, consent) in covering(answers).items() if consent is None}


def signed_now(answers, said):
    """The ConsentRecord that the page describes, not saved, or None when no partner is named in it."""
    if not said.get("organizations"):
        return None
    client = client_of(answers)
    facts = {name: said[name] for name in SIGNED if name in said}
    return ConsentRecord(
        household=client.household_id,
        client=client,
        type=SHARING,
        **facts,
    )


def prepare(form, answers):
    """Ask only for what no consent covers."""
    lacking = missing(answers)
    if not lacking:
        for name in ("organizations", *form.signature):
            del form[name]
        form.said = covered_lines(answers)
        return
    form.organizations.choices = list(lacking.items())
    form.said = covered_lines(answers)
    form.now_lacking = _keys(lacking)


def _keys(lacking):
    return ",".join(map(str, sorted(lacking)))


def first(answers):
    """What the page shows before anybody answered it."""
    client, lacking = client_of(answers), missing(answers)
    minor = people_rules.is_minor(client)
    return {
        "organizations": list(lacking),
        "asked": _keys(lacking),
        "signed_by_name": "" if minor else str(client),
        "signer_role": "guardian" if minor else "client",
        "language_used": (client.preferred_languages or ["en"])[0],
        "given_on": settings.today(),
        "copy_given": True,
    }


def problems(form, answers):
    """[(question, sentence)] of what is wrong with the page; sets ``answers.left_out``."""
    lacking, found = missing(answers), []
    answers.left_out = ()
    if not lacking:
        return found
    if "organizations" not in form:
        return [("", _("A consent is missing now. Look at this page again."))]
    shown = set((form.asked.data or "").split(","))
    fresh = [name for key, name in lacking.items() if str(key) not in shown]
    form.asked.data, form.asked.raw_data = form.now_lacking, None
    if fresh:
        words = _(
            "No consent covers %(names)s any more, or not yet. Record one here, or leave the tick away.",
            names=", ".join(fresh),
        )
        found.append(("organizations", words))
    named = set(form.organizations.data or ())
    left_out = tuple(key for key in lacking if key not in named)
    if all(target.organization in left_out for target in targets(answers)):
        words = _(
            "Nothing would be left to refer to. Record a consent, or go back and choose others."
        )
        found.append(("organizations", words))
    answers.left_out = left_out
    form.said = covered_lines(answers)
    form.said += [(lacking[key], _("No referral: the client has not agreed")) for key in left_out]
    consent = signed_now(answers, form.data) if named else None
    if consent is not None and not found:
        if not consent.signed_by_name:
            found.append(("signed_by_name", _("Enter the name of the person who signed.")))
        elif not consent.given_on:
            found.append(("given_on", _("Enter the day it was signed.")))
        elif consent.given_on > settings.today():
            found.append(("given_on", _("This day is in the future. Enter the day it was signed.")))
        else:
            found += _refusals(consent, list(named))
    return found


def _refusals(consent, named):
    stops = records.problems(consent, None, {"named_organizations": named})
    return [(p.field, p.message) for p in stops if p.level == records.BLOCK]


def covered_lines(answers):
    """[(partner, words about the consent that covers it)]."""
    found = []
    for name, consent in covering(answers).values():
        if consent is None:
            continue
        given, end = date_text(consent.given_on), date_text(consent.expires_on)
        words = _("Covered by the consent of %(given)s", given=given)
        if end:
            words = _("Covered by the consent of %(given)s, until %(end)s", given=given, end=end)
        found.append((name, words))
    return found
