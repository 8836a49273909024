"""Incident reports and privacy breaches (2.18, R-INC)."""

PAGES = ()
