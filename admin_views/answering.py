"""Answering for it: access requests, feedback, who saw a file."""

PAGES = ()
