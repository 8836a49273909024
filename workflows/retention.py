"""How long the file of a household is kept: the rules, the latest entry, the day it may be disposed of (2.24, R-RET-1).

The years of case files, of children and of breach records are asked on the settings page too: one number in two places,
kept alike in the same transaction.
"""

import datetime
from dataclasses import dataclass

from flask_babel import gettext as _
from peewee import fn

from models import (
    Attachment,
    Client,
    ConsultedParty,
    Disposal,
    Draft,
    Guardianship,
    Household,
    IncidentReport,
    PlanAction,
    PrivacyBreach,
    RetentionRule,
    Setting,
)
from workflows import file_trail, last_entry, people_rules, records, settings
from workflows.business_days import years_later
from workflows.case_rules import CLOSED, PORTAL_ONLY
from workflows.records import Problem
from workflows.rows import chunks

CASE, REFERRAL_ONLY, BREACH = "case", "referral-only", "breach"
SOON = datetime.timedelta(days=90)
# Setting → (kinds of record it is for, column of their rules); the first kind is the one that speaks back.
SETTINGS = {
    "retention_years": ((CASE, REFERRAL_ONLY), "years_after_last_entry"),
    "retention_minor_years_after_majority": ((CASE, REFERRAL_ONLY), "minor_extra_years"),
    "breach_record_years": ((BREACH,), "years_after_last_entry"),
}
SPOKEN_BACK = "As in the retention rule"
# Parts that are edited within another record, work that is not in the file yet, and what other records hold already.
LOOSE = (Household, Client, Guardianship, PlanAction, ConsultedParty, Draft)


# ---- The rules -----------------------------------------------------------------------------------------------------------


def from_settings(kind):
    """{column: value} of a new rule for ``kind``: what the settings say, where one is asked there."""
    own = {
        column: settings.value(key) for key, (kinds, column) in SETTINGS.items() if kind in kinds
    }
    return {"years_after_last_entry": settings.value("retention_years")} | own


def rule_of(kind):
    """The RetentionRule for ``kind``; where nobody has one yet, what the settings say."""
    found = RetentionRule.get_or_none(RetentionRule.record_kind == kind)
    return found or RetentionRule(record_kind=kind, **from_settings(kind))


def kind_of(household):
    """People who were only referred have a rule of their own."""
    return REFERRAL_ONLY if household.case_type == PORTAL_ONLY else CASE


@records.after(Setting)
def the_rules_follow_the_setting(change):
    kinds, column = SETTINGS.get(change.record.key, ((), None))
    if not kinds or change.reason == SPOKEN_BACK:
        return
    value = int(change.record.value)
    for row in list(RetentionRule.select().where(RetentionRule.record_kind.in_(kinds))):
        if getattr(row, column) != value:
            setattr(row, column, value)
            records.save(row)


@records.after(RetentionRule)
def the_setting_follows_the_rule(change):
    for key, (kinds, column) in SETTINGS.items():
        value = getattr(change.record, column)
        if kinds[0] != change.record.record_kind or settings.value(key) == value:
            continue
        row = Setting.get_or_none(Setting.key == key) or Setting(key=key)
        row.value = value
        records.save(row, reason=SPOKEN_BACK)


@records.rule(RetentionRule)
def a_rule_keeps_long_enough(change):
    """R-RET-1, R-INC-3: at least one year, a breach record at least two; case files are never without a rule."""
    row = change.record
    least = 2 if row.record_kind == BREACH else 1
    if not least <= (row.years_after_last_entry or 0) <= 100:
        words = _("Enter a number from %(least)s to 100 years.", least=least)
        yield Problem("years_after_last_entry", words)
    if not 0 <= (row.minor_extra_years or 0) <= 100:
        yield Problem("minor_extra_years", _("Enter a number from 0 to 100 years."))
    if row.record_kind in (CASE, REFERRAL_ONLY, BREACH) and not row.is_active:
        words = _("These records are never without a rule. Change the years instead.")
        yield Problem("is_active", words)


@records.rule(Household)
def a_number_is_not_given_twice(change):
    """2.24: the number of a disposed file stays with what is kept of it."""
    if change.changed("file_number"):
        gone = Disposal.file_number == change.record.file_number
        if Disposal.select().where(gone, Disposal.disposed_on.is_null(False)).exists():
            words = _("A file with this number was disposed of. Choose another number.")
            yield Problem("file_number", words)


@records.rule(Household)
def a_file_is_disposed_of_on_its_own_page(change):
    """R-RET-2: nobody chooses it from a list; two people confirm it, and then the file is gone."""
    if change.before and change.record.status == "disposed" and change.changed("status"):
        words = _(
            "A file is disposed of under Administration, Files to dispose of. Choose another."
        )
        yield Problem("status", words)


# ---- Legal hold ----------------------------------------------------------------------------------------------------------


@records.delete_rule(
    Attachment, *(row for row, _key in file_trail.paths().values() if row not in LOOSE)
)
def what_is_held_stays(change):
    """R-RET-2: a file under legal hold is not emptied record by record either."""
    row = change.record
    at = (row._meta.table_name, row.id)
    if getattr(row, "owner_table", "") == Draft._meta.table_name:
        return
    home = Household.id == file_trail.files_of({at[0]: {at[1]}}).get(at)
    if Household.select().where(home, Household.legal_hold).exists():
        words = _(
            "This file is under legal hold. Nothing in it is deleted until the hold is taken off."
        )
        yield Problem("", words)


# ---- The day -------------------------------------------------------------------------------------------------------------


def kept_until(household, day, members=None):
    """From when on a file whose latest entry is of ``day`` may be disposed of (R-RET-1).

    Where the rule gives children more years, the later of the two: those after the youngest member comes of age count.
    """
    rule = rule_of(kind_of(household))
    until = years_later(day, rule.years_after_last_entry)
    if not rule.minor_extra_years:
        return until
    if members is None:
        members = Client.select().where(Client.household == household.id)
    grown = [found for client in members if (found := people_rules.of_age_on(client))]
    later = [years_later(found, rule.minor_extra_years) for found in grown if found > day]
    return max([until, *later])


def years_of(household):
    """How many years a file is kept after its latest entry."""
    return rule_of(kind_of(household)).years_after_last_entry


def eligible_on(household):
    """The day from which a file may be disposed of, counted from its latest entry; None when it has no date at all."""
    day = last_entry.of(household)
    return day and kept_until(household, day)


def breaches_until(household):
    """The day until which a privacy breach record in this file must be kept, or None (R-INC-3)."""
    rows = (
        PrivacyBreach.select()
        .join(IncidentReport, on=(PrivacyBreach.incident == IncidentReport.id))
        .where(IncidentReport.household == household.id)
    )
    years, found = rule_of(BREACH).years_after_last_entry, []
    for row in rows:
        days = (row.regulator_told_on, row.people_told_on, row.closed_on)
        known = settings.local(row.discovered_at).date()
        found.append(years_later(max([known, *filter(None, days)]), years))
    return max(found, default=None)


# ---- The list ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """A file, the day of its latest entry and the day from which it may be disposed of."""

    household: Household
    last_entry_on: datetime.date
    eligible_on: datetime.date


def due(day, *conditions):
    """The Kept of files that may be disposed of on ``day``, the oldest first: closed, old enough, not under legal hold
    (R-RET-1, R-RET-2); ``conditions`` are on Household."""
    # Stored days are never later than the real ones, so nothing that belongs here is left out.
    years = min(rule_of(kind).years_after_last_entry for kind in (CASE, REFERRAL_ONLY))
    oldest = years_later(day, -years) + datetime.timedelta(days=1)
    stored = fn.COALESCE(Household.last_entry_on, Household.close_date)
    rows = list(
        Household.select().where(
            Household.status == CLOSED,
            Household.legal_hold == False,  # noqa: E712 - a peewee expression
            (stored <= oldest) | stored.is_null(),
            *conditions,
        )
    )
    latest, members = last_entry.of_all(rows), _members(rows)
    found = []
    for row in rows:
        last = latest.get(row.id)
        until = last and kept_until(row, last, members.get(row.id, ()))
        if until and until <= day:
            found.append(Kept(row, last, until))
    return sorted(found, key=lambda kept: (kept.eligible_on, kept.household.file_number))


def _members(households):
    """{household id: its Clients}, in one statement for some hundred files."""
    found = {}
    for some in chunks(household.id for household in households):
        for client in Client.select().where(Client.household.in_(some)):
            found.setdefault(client.household_id, []).append(client)
    return found


def held():
    """Files under legal hold, with their reasons, open ones too."""
    on_hold = Household.legal_hold == True  # noqa: E712 - a peewee expression
    return list(Household.select().where(on_hold).order_by(Household.file_number))
