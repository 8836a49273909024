"""The start of an agency's copy: its own organization, the two passphrases, its settings, and the example if asked for.

The set-up page and ``flask init`` both call ``start``.
"""

from flask_babel import gettext as _

import seed
from models import ADMINISTRATOR, SHARED, Organization, database
from seed import example
from workflows import accounts, audit, backup, passphrases, records, settings

# The zone most people of a province live in; /setup and --timezone can say another.
ZONES = {
    "AB": "America/Edmonton",
    "BC": "America/Vancouver",
    "MB": "America/Winnipeg",
    "NB": "America/Moncton",
    "NL": "America/St_Johns",
    "NS": "America/Halifax",
    "NT": "America/Yellowknife",
    "NU": "America/Iqaluit",
    "ON": "America/Toronto",
    "PE": "America/Halifax",
    "QC": "America/Toronto",
    "SK": "America/Regina",
    "YT": "America/Whitehorse",
}


class AlreadySetUp(Exception):
    """This copy belongs to an agency already; nothing was changed."""


def provinces():
    """[(slug, English label, French label)], readable before the reference data is loaded."""
    return [
        (row["slug"], row["en"], row["fr"]) for row in seed.read("taxonomies")["provinces"]["items"]
    ]


def start(
    agency,
    province,
    shared,
    administrator,
    language="en",
    timezone=None,
    domains=(),
    with_example=False,
):
    """Set this copy up in one transaction; returns the words of its backup key, which nobody can show again.

    Raises AlreadySetUp, or records.Refused with a Problem for each wrong answer.
    Problems carry the names of the questions: agency, province, language, timezone, domains, passphrase,
    admin_passphrase.
    """
    if accounts.is_set_up():
        raise AlreadySetUp(_("The portal is already set up. Sign in instead."))
    found = list(_problems(agency, province, shared, administrator))
    if found:
        raise records.Refused(found)
    token = audit.actor.set(audit.Actor("Set-up", audit.actor.get().address))
    try:
        with database.atomic():
            seed.load()
            records.save(Organization(name=agency.strip(), province=province, is_own=True))
            passphrases.change(SHARED, shared)
            passphrases.change(ADMINISTRATOR, administrator)
            _settle(province, language, timezone or ZONES[province], domains)
            if with_example:
                example.load(families=True, caseload=True)
            return backup.make_key()
    finally:
        audit.actor.reset(token)


def _problems(agency, province, shared, administrator):
    if not (agency or "").strip():
        yield records.Problem("agency", _("Enter the name of your agency."))
    if province not in ZONES:
        yield records.Problem("province", _("Choose a province or territory, such as ON."))
    for name, passphrase in (("passphrase", shared), ("admin_passphrase", administrator)):
        reason = passphrases.problem(passphrase)
        if reason:
            yield records.Problem(name, reason)
    if passphrases.are_same(shared, administrator):
        message = _("The shared and the administrator passphrase must be different.")
        yield records.Problem("admin_passphrase", message)


_QUESTIONS = {
    "interface_default_language": "language",
    "allowed_email_domains": "domains",
}


def _settle(province, language, timezone, domains):
    """The settings of the set-up questions; a wrong one is reported under the name of its question."""
    try:
        settings.change_all(
            {
                "province": province,
                "interface_default_language": language,
                "timezone": timezone,
                "allowed_email_domains": domains or [],
            }
        )
    except records.Refused as refused:
        renamed = [
            records.Problem(_QUESTIONS.get(p.field, p.field), p.message) for p in refused.problems
        ]
        raise records.Refused(renamed) from refused
