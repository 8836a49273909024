"""Calls to return and appointments with clients (R-STAFF-2)."""

PAGES = ()
