"""What the database was asked, read from peewee's own log."""

import logging
import re
from contextlib import contextmanager

APART = re.compile(
    r'\b(?:FROM|INTO|UPDATE|JOIN)\s+"?(?:session|audit_log|audit_head)\b', re.IGNORECASE
)
TRANSACTION = re.compile(
    r"\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|PRAGMA|SET LOCAL)", re.IGNORECASE
)
# Whether the lists were edited meanwhile: asked once in a while, whatever the page does.
REVISION = re.compile(r'FROM "?kept_count"? WHERE "?name"?')
CHANGE = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+"?(\w+)', re.IGNORECASE)


class Asked(logging.Handler):
    """Collects the SQL of every statement."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.sql = []

    def emit(self, record):
        if isinstance(record.msg, tuple):  # the pool says other things here
            self.sql.append(record.msg[0])

    def counted(self):
        """The statements of a page, those of its session, its audit row and its transactions apart."""
        return [s for s in self.sql if not APART.search(s) and not TRANSACTION.match(s)]

    def own(self):
        """As ``counted``, without the question whether the lists are still those in memory."""
        return [s for s in self.counted() if not REVISION.search(s)]

    def changed(self):
        """Names of the tables written to, the audit log and the sessions apart."""
        found = (CHANGE.match(s) for s in self.sql if not APART.search(s))
        return sorted({match.group(1) for match in found if match})


@contextmanager
def statements():
    """``with statements() as asked: …; asked.counted()``"""
    log, asked = logging.getLogger("peewee"), Asked()
    before = log.level
    log.addHandler(asked)
    log.setLevel(logging.DEBUG)
    try:
        yield asked
    finally:
        log.removeHandler(asked)
        log.setLevel(before)
