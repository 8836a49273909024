"""The standards clock: what is late, unsigned, unsafe or unbalanced, a row per standard."""

PAGES = ()
