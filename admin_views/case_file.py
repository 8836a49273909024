"""The case file on paper and as a timeline: households and persons (R-NOTE-3, R-NOTE-8, R-NOTE-9)."""

PAGES = ()
