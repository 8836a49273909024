"""A catalogue of thousands of services that one person's need is matched against (domain 7).

A Catalogue never changes: ``replace`` and ``remove`` give another one, and a thread that reads the old one is not
disturbed.  Changed entries stand in a small segment beside the large one until ``whole`` makes them one again.
"""

import heapq
from collections import Counter
from dataclasses import dataclass
from itertools import islice

from workflows import bit_sets
from workflows.matching import Asked, Excluded, Result
from workflows.matching_ranking import Ranking, Segment, order_of

ALL, OWN, PARTNERS = "all", "own", "partners"
# So many changes stand beside the large segment before the two are worth making one again.
FEW, SHARE, MANY = 400, 20, 2000


@dataclass(frozen=True)
class Explanation:
    """Why an entry is or is not in the list: exactly one of these says it.

    ``rank`` from 1 with ``result``; ``excluded``, the filter that leaves it out, with the ``result`` it would have
    had; ``is_known`` false: no such entry; otherwise none of its keywords and areas was asked for.
    """

    is_known: bool = True
    rank: int | None = None
    excluded: Excluded | None = None
    result: Result | None = None


class Matches:
    """The answer for one person: counts at once, the rows of a page and what was left out when asked for."""

    def __init__(self, rankings, asked):
        self._rankings, self._asked = rankings, asked
        self.bands = Counter()
        self.excluded_counts = Counter()
        for ranking in rankings:
            self.bands.update(ranking.counts())
            for code, rows in ranking.left_out.items():
                self.excluded_counts[code] += rows.bit_count() if rows else 0
        self.total = sum(self.bands.values())

    @property
    def shown(self):
        """How many results there are without the hidden band."""
        return self.total - self.bands[self._asked.scheme.hidden]

    def results(self, start=0, size=20, weak=False):
        """Results ``start`` to ``start + size`` in their order; those of the hidden band only when ``weak``."""
        end = min(start + size, self.total if weak else self.shown)
        if start >= end:
            return []
        parts = [ranking.top(end) for ranking in self._rankings if ranking.rows]
        merged = parts[0] if len(parts) == 1 else heapq.merge(*parts, key=order_of)
        return list(islice(merged, start, end))

    def excluded(self, start=0, size=50, code=None):
        """Candidates that were left out, by filter in its order; only those of ``code`` when it is given."""
        found, end = [], start + size
        for each in self._asked.scheme.filters:
            if code in (None, each) and len(found) < end:
                found += self._left_out(each, end - len(found))
        return found[start:end]

    def _left_out(self, code, limit):
        """The first entries that fail this filter, in their standing order."""
        parts = []
        for ranking in self._rankings:
            rows = ranking.left_out[code]
            if rows:
                places = bit_sets.positions(rows, limit)
                parts.append([ranking.segment.entries[at] for at in places])
        merged = heapq.merge(*parts, key=lambda entry: entry.order)
        return [self._asked.exclusion(entry) for entry in islice(merged, limit)]


class Catalogue:
    """Every service, ready to be matched; built once, then replaced entry by entry without disturbing readers."""

    def __init__(self, scheme, base, dead=0, recent=None):
        self.scheme, self._base, self._dead = scheme, base, dead
        self._recent = recent or Segment(())

    def __len__(self):
        return self._base.size - self._dead.bit_count() + self._recent.size

    def entry(self, key):
        """The Entry with this id; None when there is none."""
        at = self._recent.where.get(key)
        if at is not None:
            return self._recent.entries[at]
        at = self._base.where.get(key)
        return None if at is None or self._dead >> at & 1 else self._base.entries[at]

    def using(self, scheme):
        """The same services under another scheme."""
        return Catalogue(scheme, self._base, self._dead, self._recent)

    def replace(self, *entries):
        """A catalogue in which these entries stand as they are given, new ones included."""
        return self.changed(entries)

    def remove(self, *ids):
        """A catalogue without these entries."""
        return self.changed((), ids)

    def changed(self, entries, gone=()):
        """A catalogue with ``entries`` put in or replaced, and the ids ``gone`` taken out."""
        touched = {entry.id for entry in entries} | set(gone)
        if not touched:
            return self
        places = [self._base.where[key] for key in touched if key in self._base.where]
        dead = self._dead | bit_sets.from_positions(places, self._base.size)
        kept = [entry for entry in self._recent.entries if entry.id not in touched]
        return Catalogue(self.scheme, self._base, dead, Segment((*kept, *entries)))

    @property
    def is_patched(self):
        """True when so much changed that ``whole`` is worth its time."""
        changes = self._recent.size + self._dead.bit_count()
        return changes > min(max(FEW, self._base.size // SHARE), MANY)

    def whole(self):
        """The same services in one piece."""
        dead, entries = set(bit_sets.positions(self._dead)), self._base.entries
        alive = [entry for at, entry in enumerate(entries) if at not in dead]
        return Catalogue(self.scheme, Segment((*alive, *self._recent.entries)))

    def match(self, need, person, on, include=ALL):
        """Matches of a need of a person on a day; ``include`` ALL, OWN or PARTNERS."""
        asked = Asked(self.scheme, need, person, on)
        return Matches(self._rankings(asked, include), asked)

    def _rankings(self, asked, include=ALL):
        rankings = []
        for segment, dead in ((self._base, self._dead), (self._recent, 0)):
            among = segment.all ^ dead
            if include != ALL:
                own = segment.get("own")
                among &= own if include == OWN else segment.all ^ own
            if among:
                rankings.append(Ranking(asked, segment, among))
        return rankings

    def explain(self, key, need, person, on):
        """Why the entry is where it is, or is not there: an Explanation."""
        entry = self.entry(key)
        if entry is None:
            return Explanation(is_known=False)
        asked = Asked(self.scheme, need, person, on)
        if not asked.is_candidate(entry):
            return Explanation()
        result, excluded = asked.result(entry), asked.exclusion(entry)
        if excluded:
            return Explanation(excluded=excluded, result=result)
        ahead = sum(ranking.ahead_of(result, entry) for ranking in self._rankings(asked))
        return Explanation(rank=ahead + 1, result=result)


def compile(entries, scheme):
    """The Catalogue of an iterable of Entry under a Scheme."""
    return Catalogue(scheme, Segment(entries))
