"""What clients answer when they are asked how it was: invitations, replies, and the figures (2.22, section 11 of the domain).

A link holds a code of 128 bits of chance and the database only its hash, so who has the database cannot answer with it.
A reply knows the invitation, which knows a program or a service: no way leads from it to a client.
"""

import hashlib
import re
import secrets
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from flask_babel import gettext as _

from forms.feedback import MOST_LINKS
from models import ClientFeedback, FeedbackInvitation, Program, ServiceActivity, database
from workflows import audit, directory, settings
from workflows.assistant import WRITING
from workflows.business_days import fiscal_year_start
from workflows.records import Problem, Refused, rule, save
from workflows.scoring import round_half_up

LOWEST, PASSIVE, PROMOTER, HIGHEST = 0, 7, 9, 10
# Letters and digits that nobody takes for one another when they copy a link from paper: 27 of them are 133 bits.
ALPHABET, LENGTH, GROUP = "abcdefghjkmnpqrstuvwxyz23456789", 27, 9
SOMEBODY = audit.Actor("Somebody with a link")  # without the address, which could tell who
OPEN, USED, EXPIRED = "open", "used", "expired"


# ---- Invitations -----------------------------------------------------------------------------------------------------------


def invite(about, language, count, expires_on):
    """Make ``count`` invitations about a Program or ServiceActivity; returns their codes, which nobody can show again."""
    if not 1 <= count <= MOST_LINKS:
        raise Refused([Problem("count", _("Enter a number from 1 to 30."))])
    column = "program" if isinstance(about, Program) else "service_activity"
    codes = ["".join(secrets.choice(ALPHABET) for _n in range(LENGTH)) for _m in range(count)]
    with database.atomic():
        for code in codes:
            facts = {"code_hash": _hash(code), column: about, "language": language}
            save(FeedbackInvitation(**facts, expires_on=expires_on))
    return [_grouped(code) for code in codes]


def _grouped(code):
    return "-".join(code[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def _hash(code):
    """The hash of a code, however it was copied: with other dashes, in capitals."""
    return hashlib.sha256(re.sub("[^a-z0-9]", "", code.lower()).encode()).hexdigest()


def find(code):
    """The FeedbackInvitation of a code, or None."""
    return FeedbackInvitation.get_or_none(FeedbackInvitation.code_hash == _hash(code))


def state_of(invitation):
    """OPEN, USED or EXPIRED today."""
    if invitation.used_on:
        return USED
    return EXPIRED if invitation.expires_on < settings.today() else OPEN


def answer(invitation, language, reply):
    """Keep one reply; raises Refused when somebody answered with this link before, or it is too late.

    The audit row says that an answer came, not from where.
    """
    token = audit.actor.set(SOMEBODY)
    try:
        with database.atomic():
            lock = "FOR UPDATE" if database.obj.for_update else ""
            held = FeedbackInvitation.stored(invitation.id, lock)
            if state_of(held) != OPEN:
                raise Refused([Problem("", _("Somebody has answered with this link already."))])
            held.used_on = settings.today()
            save(held)
            said = ClientFeedback(
                **reply,
                collected_on=settings.today(),
                program=held.program_id,
                service_activity=held.service_activity_id,
                language=language,
                anonymous=not reply["given_by"],
                invitation=held,
            )
            # Nobody who answers a link is asked to mend their words about us (R-NOTE-5).
            save(said, confirmed=(WRITING,))
    finally:
        audit.actor.reset(token)


def offered():
    """[(value, words)] of the own programs and services that feedback may be asked about."""
    services = directory.own_services()
    programs = Program.select().where(Program.id.in_(services.select(ServiceActivity.program)))
    return [
        *(
            (f"program-{row.id}", row.name)
            for row in programs.order_by(Program.name_sorted, Program.id)
        ),
        *(
            (f"service-{row.id}", row.name)
            for row in services.order_by(ServiceActivity.name_sorted, ServiceActivity.id)
        ),
    ]


def about_of(value):
    """The Program or ServiceActivity of a value of ``offered``."""
    kind, _dash, key = value.partition("-")
    return (Program if kind == "program" else ServiceActivity).get_by_id(int(key))


# ---- Replies ---------------------------------------------------------------------------------------------------------------


@rule(ClientFeedback)
def a_reply_is_about_a_service(change):
    """2.22: a program or a service, from 0 to 10, from 1 to 5, not in the future."""
    row = change.record
    if row.program_id is None and row.service_activity_id is None:
        yield Problem("program", _("Choose the program or the service this is about."))
    if row.nps_score is None or not LOWEST <= row.nps_score <= HIGHEST:
        yield Problem("nps_score", _("Enter a number from 0 to 10."))
    for name in ("respect", "understood"):
        point = getattr(row, name)
        if point is not None and not 1 <= point <= 5:
            yield Problem(name, _("Enter a number from 1 to 5."))
    if row.collected_on and row.collected_on > settings.today():
        yield Problem("collected_on", _("This day is in the future. Enter the day of the answer."))


@rule(ClientFeedback)
def anonymous_is_anonymous(change):
    """2.22: a name stands only where somebody chose to give it."""
    row = change.record
    if row.anonymous and (row.given_by or "").strip():
        words = _("An anonymous answer has no name. Take the tick away, or the name.")
        yield Problem("given_by", words)


@rule(ClientFeedback)
def what_somebody_answered_stays(change):
    """2.22: nobody changes what came in by a link."""
    if change.before and change.before.invitation_id:
        words = _("This was answered by link and stays as it was said.")
        yield Problem("", words)


# ---- Figures ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Score:
    """How many would recommend the agency; ``nps`` is None where there are too few replies to show it."""

    promoters: int
    passives: int
    detractors: int
    nps: Decimal | None


def net_promoter_score(scores, least):
    """The Score of a list of whole numbers from 0 to 10, hidden under ``least`` replies (setting nps_min_responses).

    NPS = 100 × (promoters − detractors) ÷ replies, promoters being 9–10 and detractors 0–6: the definition of the
    reports (domain, “Outcomes and feedback”), from -100 to 100.  A half is rounded up to the next whole number, the
    way net promoter scores are quoted.  Raises ValueError for anything that is no such number.
    """
    for each in scores:
        if type(each) is not int or not LOWEST <= each <= HIGHEST:
            raise ValueError(f"{each!r} is no score from {LOWEST} to {HIGHEST}")
    found = Counter((each >= PASSIVE) + (each >= PROMOTER) for each in scores)
    nps = None
    if scores and len(scores) >= least:
        nps = round_half_up(Fraction(100 * (found[2] - found[0]), len(scores)), 0)
    return Score(found[2], found[1], found[0], nps)


def this_year():
    """(first day of the fiscal year, replies, Score) of the fiscal year to date."""
    day = settings.today()
    first = fiscal_year_start(day)
    query = ClientFeedback.select(ClientFeedback.nps_score)
    scores = [n for (n,) in query.where(ClientFeedback.collected_on >= first).tuples()]
    return first, len(scores), net_promoter_score(scores, settings.value("nps_min_responses"))
