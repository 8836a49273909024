"""The records policy: seven topics that are written, approved and looked at again (2.25)."""

from flask_babel import gettext as _
from flask_babel import ngettext

from models import PolicyItem
from workflows import settings
from workflows.records import Problem, rule


def unwritten():
    """Topics without a word."""
    return PolicyItem.select().where(PolicyItem.text == "")


def to_review(today):
    """Topics whose day of review has come."""
    return PolicyItem.select().where(PolicyItem.next_review_on <= today, PolicyItem.text != "")


def nudges():
    """Sentences on what the policy lacks today."""
    bare, late = unwritten().count(), to_review(settings.today()).count()
    found = []
    if bare:
        words = ngettext(
            "%(num)s topic is not written yet.", "%(num)s topics are not written yet.", bare
        )
        found.append(words)
    if late:
        words = ngettext(
            "%(num)s topic is due for review.", "%(num)s topics are due for review.", late
        )
        found.append(words)
    return found


@rule(PolicyItem)
def a_review_follows_the_approval(change):
    """2.25: the next review comes after the approval, which is not in the future."""
    row = change.record
    if row.approved_on and row.approved_on > settings.today():
        yield Problem("approved_on", _("This day is in the future. Enter the day of the approval."))
    if row.approved_on and row.next_review_on and row.next_review_on <= row.approved_on:
        yield Problem("next_review_on", _("The review comes after the approval. Check both days."))
