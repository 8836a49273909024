"""Reports: every figure with its definition (domain 8)."""

PAGES = ()
