"""Who may use a service that the funder pays for, by immigration category and by date (domain 5).

What each category may use is data: the details of the items of the list ``immigration-categories``.
"""

import calendar
import datetime

YES, NO, CHECK = "yes", "no", "check"
TIME_LIMITED = "time-limited"
UNKNOWN = {}


def eligible(rules, category, pr_date, on):
    """Whether a person may use IRCC-funded services on the day ``on``: "yes", "no" or "check".

    ``rules`` is {category slug: details of that list item}, such as {"gar": {"ircc_eligible": "yes"}};
    ``category`` a slug or None, ``pr_date`` the day permanent residence began or None.  "check" never excludes:
    it is the answer for a category that is not known or not listed, for one whose details do not decide, and for
    a limit in time counted from a day that is not known.
    """
    rule = rules.get(category) or UNKNOWN
    answer = rule.get("ircc_eligible", CHECK)
    if answer != TIME_LIMITED:
        return answer if answer in (YES, NO) else CHECK
    if pr_date is None:
        return CHECK
    if on < _day(rule.get("limited_from")):
        return YES
    ends = last_day(rule, pr_date)
    return CHECK if ends is None else YES if on <= ends else NO


def last_day(rule, pr_date):
    """The last day of a time-limited category: the end of the month of the anniversary; None when no row applies.

    ``rule`` holds ``time_limits``, rows of {pr_date_from, pr_date_to (either may be missing), years}; no year at
    all means that nothing is left since the limits came into force.
    """
    for row in rule.get("time_limits", ()):
        first, last = row.get("pr_date_from"), row.get("pr_date_to")
        if _day(first) <= pr_date <= _day(last, datetime.date.max):
            if not row["years"]:
                return _day(rule.get("limited_from")) - datetime.timedelta(days=1)
            year = pr_date.year + row["years"]
            return datetime.date(year, pr_date.month, calendar.monthrange(year, pr_date.month)[1])
    return None


def _day(text, otherwise=datetime.date.min):
    return datetime.date.fromisoformat(str(text)) if text else otherwise
