"""The distribution log in figures: what was sent, to whom, and what failed (domain 8)."""

from collections import Counter
from functools import reduce
from operator import and_

from flask_babel import gettext as _
from peewee import SQL, Case, fn

from forms import choices
from models import N_, SENT, DistributionLog, Referral
from workflows import exports
from workflows.reports_referrals import narrowed
from workflows.reports_tables import (
    LOCATION,
    PERIOD,
    PROGRAM,
    TOTAL,
    Column,
    Figure,
    Grid,
    Line,
    Report,
    Table,
    counted,
    in_order,
    once,
)

EMAIL, MANUAL, FAILED, VOIDED = "email", "manual", "failed", "voided"


@once
def sendings(asked):
    """{(destination, channel, result): (messages, referrals)} of the log in the period.

    Where referrals to confidential places and programs went is left empty (decision 0.1).
    """
    open_ones = exports.may_leave(Referral)
    destination = DistributionLog.destination
    if open_ones:
        destination = Case(None, ((reduce(and_, open_ones), destination),), SQL("''"))
    query = (
        DistributionLog.select(
            destination,
            DistributionLog.channel,
            DistributionLog.result,
            fn.COUNT(DistributionLog.message.distinct()),
            fn.COUNT(DistributionLog.id),
        )
        .where(DistributionLog.sent_at >= asked.begins, DistributionLog.sent_at < asked.ends)
        .group_by(SQL("1"), DistributionLog.channel, DistributionLog.result)
    )
    if asked.location or asked.program or open_ones:
        query = narrowed(query.join(Referral), asked)
    return {tuple(row[:3]): tuple(row[3:]) for row in query.tuples()}


def _sum(asked, place, channel, *results):
    """The sum over the log; every result but voided when none is named."""
    return sum(
        numbers[place]
        for (_to, how, result), numbers in sendings(asked).items()
        if how == channel and (result in results if results else result != VOIDED)
    )


def by_destination(asked):
    kinds = ((EMAIL, SENT, 0), (EMAIL, SENT, 1), (EMAIL, FAILED, 1), (MANUAL, None, 1))
    found = {}
    for (to, how, result), numbers in sendings(asked).items():
        cells = found.setdefault(to, [0] * len(kinds))
        for n, (channel, wanted, place) in enumerate(kinds):
            if how == channel and (result == wanted if wanted else result != VOIDED):
                cells[n] += numbers[place]
    hidden = _("Confidential destinations")
    lines = [Line(to or hidden, tuple(cells)) for to, cells in found.items()]
    lines.sort(key=lambda line: (-line.cells[1] - line.cells[3], line.label))
    total = tuple(map(sum, zip(*(line.cells for line in lines), strict=True))) or (0,) * 4
    columns = (
        Column(_("Messages sent")),
        Column(_("Referrals sent"), bar=True),
        Column(_("Failed")),
        Column(_("Recorded as sent another way")),
    )
    return Grid(_("Destination"), columns, (*lines, Line(_("Total"), total, TOTAL)))


def by_result(asked):
    counts = Counter()
    for (_to, _how, result), numbers in sendings(asked).items():
        counts[result] += numbers[1]
    pairs = in_order(counts, choices.terms("distribution-results", counts), _("Not known"))
    return counted(_("Result"), _("Lines of the log"), pairs)


REPORT = Report(
    "distribution-log",
    N_("Distribution log"),
    N_("What was sent by email or another way, to whom, and what failed."),
    (PERIOD, LOCATION, PROGRAM),
    (
        Figure(
            "messages",
            N_("Messages sent"),
            N_("Different messages that the mail server accepted, by the day they were written."),
            lambda asked: _sum(asked, 0, EMAIL, SENT),
            personal=False,
        ),
        Figure(
            "referrals-sent",
            N_("Referrals sent by email"),
            N_(
                "Lines of the log sent by email with the result Sent. A referral sent twice counts twice."
            ),
            lambda asked: _sum(asked, 1, EMAIL, SENT),
        ),
        Figure(
            "failures",
            N_("Failures"),
            N_("Lines of the log sent by email with the result Failed."),
            lambda asked: _sum(asked, 1, EMAIL, FAILED),
        ),
        Figure(
            "manual",
            N_("Recorded as sent another way"),
            N_(
                "Lines of the log that somebody recorded as sent by phone, fax or by hand, without the voided ones."
            ),
            lambda asked: _sum(asked, 1, MANUAL),
        ),
    ),
    (
        Table(
            "destination",
            N_("By destination"),
            N_(
                "The lines of the log by the address or the place they went to, without the voided ones."
            ),
            by_destination,
        ),
        Table(
            "result",
            N_("By result"),
            N_("All lines of the log by how the sending stands."),
            by_result,
        ),
    ),
)
