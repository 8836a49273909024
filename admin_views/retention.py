"""Retention and disposal of files (2.24, R-RET)."""

PAGES = ()
