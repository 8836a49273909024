"""Sets of services for everything that can be asked, and one question put to all of them at once (domain 7).

Services stand in one order that depends on them alone (latest review, name, place, id), so the last tie-breaks cost
nothing; every condition is a set, points are added for all services together, and only the rows of the page asked for
are scored one by one, by ``matching.Asked``.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from functools import cached_property
from itertools import accumulate, islice
from operator import or_

from models import DATES, IRCC, ONGOING
from workflows import bit_sets, matching, matching_scheme
from workflows.eligibility import CHECK, NO, YES

DAY_BITS = 20  # of the ordinal of a date
CHECK_BITS = 3
# Sets that are asked for by one value at a time (a town) are kept as positions, and the last ones as sets too.
KEPT_SETS = 64
KEPT_DAYS = 4


class Segment:
    """Some services in their standing order, and a set of positions for everything that can be asked."""

    def __init__(self, entries):
        self.entries = sorted(entries, key=lambda entry: entry.order)
        self.size = len(self.entries)
        self.all = (1 << self.size) - 1
        self.where = {entry.id: at for at, entry in enumerate(self.entries)}
        self._days, self._towns, self._regions = {}, {}, {}
        found = defaultdict(lambda: array("I"))
        for at, entry in enumerate(self.entries):
            for key in _keys(entry):
                found[key].append(at)
        self._town_rows = _taken(found, "town")
        self._region_rows = _taken(found, "region")
        least, most = _ages(found, "min age", self.size), _ages(found, "max age", self.size)
        self.least_ages, self.greatest_ages = [age for age, _ in least], [age for age, _ in most]
        self.this_or_more = list(accumulate((rows for _, rows in reversed(least)), or_))[::-1]
        self.this_or_less = list(accumulate((rows for _, rows in most), or_))
        self.sets = {key: bit_sets.from_positions(rows, self.size) for key, rows in found.items()}
        self.ends = sorted((e.end, at) for at, e in enumerate(self.entries) if e.end)
        self.reviews = [-entry.reviewed.toordinal() for entry in self.entries]
        self.groups = [key[1] for key in self.sets if key[0] == "group"]
        self.years = [key[1] for key in self.sets if key[0] == "year"]

    def get(self, *key):
        """The set of the rows that have this fact."""
        return self.sets.get(key, 0)

    def any(self, kind, values):
        """The rows that have one of these facts of a kind."""
        return bit_sets.union(self.get(kind, value) for value in values)

    def town(self, place):
        return self._kept(self._towns, self._town_rows, place)

    def region(self, place):
        return self._kept(self._regions, self._region_rows, place)

    def _kept(self, kept, rows, place):
        try:
            return kept[place]
        except KeyError:
            if len(kept) >= KEPT_SETS:
                kept.clear()
            made = kept[place] = bit_sets.from_positions(rows.get(place, ()), self.size)
            return made

    def ended(self, on):
        """Rows whose last day is over."""
        return self._day(on)[0]

    def start_planes(self, on):
        """The first day somebody can come, as planes of its ordinal."""
        return self._day(on)[1]

    def _day(self, on):
        if on not in self._days:
            if len(self._days) >= KEPT_DAYS:
                self._days.clear()
            over = (at for _end, at in islice(self.ends, bisect_left(self.ends, (on, -1))))
            dated, today = self.get("dated"), on.toordinal()
            undated = self.all ^ dated
            planes = [
                self.get("start", i) | (undated if today >> i & 1 else 0) for i in range(DAY_BITS)
            ]
            self._days[on] = bit_sets.from_positions(over, self.size), planes
        return self._days[on]

    def stale(self, before):
        """Rows last reviewed before that day: the end of the standing order."""
        first = bisect_right(self.reviews, -before.toordinal())
        return self.all >> first << first

    def below_age(self, age):
        """Rows whose least age is above ``age``."""
        at = bisect_right(self.least_ages, age)
        return self.this_or_more[at] if at < len(self.least_ages) else 0

    def above_age(self, age):
        """Rows whose greatest age is below ``age``."""
        at = bisect_left(self.greatest_ages, age)
        return self.this_or_less[at - 1] if at else 0


def _keys(entry):
    """Every fact of an entry that a set is kept of."""
    yield "area", entry.area
    yield from (("keyword", slug) for slug in set(entry.keywords))
    yield from (("language", code) for code in set(entry.languages))
    yield from (("support", slug) for slug in set(entry.supports))
    town = matching.folded(entry.municipality)
    if town:
        yield "town", town
        yield from (("region", region) for region in set(map(matching.folded, entry.regions)))
    groups = set(entry.real_groups)
    yield from (("group", slug) for slug in groups)
    yield from (("clb", level) for level in set(entry.clb))
    if entry.min_age is not None:
        yield "min age", entry.min_age
    if entry.max_age is not None:
        yield "max age", entry.max_age
    dated = entry.duration == DATES and entry.start
    if dated:
        ordinal = entry.start.toordinal()
        yield from (("start", i) for i in range(DAY_BITS) if ordinal >> i & 1)
    if entry.duration == ONGOING:
        yield "year", entry.fiscal_year
    facts = {
        "dated": dated,
        "inactive": not entry.is_active,
        "closed": entry.intake == matching.INTAKE_CLOSED,
        "waiting": entry.intake == matching.WAIT_LIST,
        "ircc": entry.funding == IRCC,
        "groups": groups,
        "exclusive": groups and entry.groups_exclusive,
        "levels": entry.clb,
        "strict": entry.clb and entry.clb_strict,
        "french": entry.clb_language == matching.FRENCH,
        "ages": entry.min_age is not None or entry.max_age is not None,
        "placed": town,
        "spoken": entry.languages,
        "online": entry.delivery == matching.ONLINE,
        "own": entry.is_own,
    }
    yield from ((name,) for name, holds in facts.items() if holds)


def _taken(found, kind):
    """{value: positions} of one kind of fact, taken out of what will become sets."""
    keys = [key for key in found if key[0] == kind]
    return {key[1]: found.pop(key) for key in keys}


def _ages(found, kind, size):
    """[(age, rows)] in rising order."""
    return sorted(
        (age, bit_sets.from_positions(rows, size)) for age, rows in _taken(found, kind).items()
    )


class Ranking:
    """One question put to one segment: who is a candidate, who is left out and why, and the order of the rest."""

    def __init__(self, asked, segment, among):
        self.asked, self.segment = asked, segment
        self.weight = {code: segment.get("keyword", code) for code in asked.wanted}
        candidates = segment.any("area", asked.primary) | segment.any("area", asked.secondary)
        self.candidates = (candidates | bit_sets.union(self.weight.values())) & among
        self.left_out, rows = {}, self.candidates
        for code in asked.scheme.filters:
            out = rows and rows & getattr(self, "_" + code.replace("-", "_"))()
            self.left_out[code] = out
            rows ^= out
        self.rows = rows
        self._score()

    # -- hard filters: the rows that fail ---------------------------------------------------------------------------

    def _inactive(self):
        return self.segment.get("inactive")

    def _ended(self):
        return self.segment.ended(self.asked.on)

    def _closed(self):
        return self.segment.get("closed")

    def _age_below(self):
        age = self.asked.person.age
        return 0 if age is None else self.segment.below_age(age)

    def _age_above(self):
        age = self.asked.person.age
        return 0 if age is None else self.segment.above_age(age)

    def _ircc_not_eligible(self):
        return self.segment.get("ircc") if self.asked.person.eligibility == NO else 0

    def _group_exclusive(self):
        segment, person = self.segment, self.asked.person
        may = segment.any("group", person.groups) | segment.any("group", person.unknown_groups)
        exclusive = segment.get("exclusive")
        return exclusive ^ (exclusive & may)

    def _clb_strict(self):
        strict = self.segment.get("strict")
        if not strict:
            return 0
        inside, _near, unknown = self._levels
        return strict ^ (strict & (inside | unknown))

    @cached_property
    def _levels(self):
        """(rows that list the client's level, rows that list one beside it, rows for which it is not known)."""
        segment, clb = self.segment, self.asked.clb
        french = segment.get("french")
        other = segment.all ^ french
        inside = near = unknown = 0
        for rows, level in ((french, clb["fr"]), (other, clb["en"])):
            if level is None:
                unknown |= rows
            elif rows:
                inside |= rows & segment.get("clb", level)
                near |= rows & (segment.get("clb", level - 1) | segment.get("clb", level + 1))
        return inside, near, unknown & segment.get("levels")

    # -- points of every row at once --------------------------------------------------------------------------------

    def _score(self):
        """Planes of keyword and area points, checks and the score, for ``self.rows``."""
        scheme, rows = self.asked.scheme, self.rows
        self.checks = [[] for _ in range(CHECK_BITS)]
        bits = (max(scheme.highest, scheme.most) - sum(scheme.penalties.values())).bit_length()
        columns = [[] for _ in range(bits)]
        self.keyword_planes = self._keywords(columns)
        self.area_planes = self._area(columns)
        # The planes hold the score plus this: penalties are entered as points of the rows that escape them.
        self.offset = self._penalties(columns)
        for part in (self._clb, self._language, self._supports, self._location, self._group):
            for points, those in part():
                if those is rows and points <= scheme.most + self.offset:
                    self.offset -= points  # everybody has them: nothing to add up
                else:
                    bit_sets.put(columns, those, points)
        self._check_facts()
        planes = bit_sets.add(columns)
        planes = bit_sets.raise_to(planes, scheme.least + self.offset, rows)
        if scheme.highest > scheme.most:
            planes = bit_sets.lower_to(planes, scheme.most + self.offset, rows)
        self.planes = planes
        self.check_planes = bit_sets.add(self.checks)

    def _keywords(self, columns):
        asked = self.asked
        weights = [[] for _ in range(max(asked.wanted.values(), default=0).bit_length())]
        for slug, weight in asked.wanted.items():
            bit_sets.put(weights, self.weight[slug], weight)
        planes = [[] for _ in range(asked.scheme.keywords_max.bit_length())]
        for weight, rows in bit_sets.split(bit_sets.add(weights), self.rows, asked.full):
            bit_sets.put(planes, rows, asked.keyword_points(weight))
        return self._own_planes(planes, columns)

    def _area(self, columns):
        asked, steps = self.asked, self.asked.scheme.points["area"]
        planes = [[] for _ in range(max(steps.values()).bit_length())]
        first = self.rows & self.segment.any("area", asked.primary)
        second = self.rows & self.segment.any("area", asked.secondary)
        bit_sets.put(planes, first, steps["primary"])
        bit_sets.put(planes, second, steps["secondary"])
        if steps["neither"]:
            bit_sets.put(planes, self.rows ^ (first | second), steps["neither"])
        return self._own_planes(planes, columns)

    def _own_planes(self, planes, columns):
        """Planes of a part that breaks ties, entered into the sum as well."""
        planes = [bit_sets.union(sets) for sets in planes]
        for i, plane in enumerate(planes):
            if plane:
                columns[i].append(plane)
        return planes

    def _clb(self):
        steps, segment = self.asked.scheme.points["clb"], self.segment
        inside, near, unknown = self._levels
        levels = segment.get("levels")
        self._check(unknown)
        known = levels ^ unknown
        yield steps["no_requirement_or_inside"], (segment.all ^ levels) | inside
        yield steps["unknown"], unknown
        yield steps["within_one_level"], near ^ (near & inside)
        if steps["further"]:
            yield steps["further"], known ^ (known & (inside | near))

    def _language(self):
        steps, person = self.asked.scheme.points["language"], self.asked.person
        segment = self.segment
        training = segment.get("area", matching.TRAINING)
        yield steps["language_training_entries"], training
        left = self.rows ^ (self.rows & training)
        if not person.languages:
            self._check(left)
            yield steps["unknown"], left
            return
        silent = left ^ (left & segment.get("spoken"))
        self._check(silent)
        yield steps["unknown"], silent
        left ^= silent
        ladder = [("preferred_language_offered", segment.any("language", person.languages))]
        if person.needs_interpreter:
            offered = segment.get("support", matching.INTERPRETATION)
            ladder.append(("interpreter_needed_and_offered", offered))
        official = segment.any("language", self.asked.fluent)
        ladder.append(("official_language_at_clb_5_or_more", official))
        for step, those in ladder:
            yield steps[step], left & those
            left ^= left & those
        if steps["none"]:
            yield steps["none"], left

    def _supports(self):
        asked = self.asked
        if not asked.supports:
            yield asked.scheme.supports_max, self.rows
            return
        offered = bit_sets.add([[self.segment.get("support", slug) for slug in asked.supports]])
        for count, rows in bit_sets.split(offered, self.rows, len(asked.supports)):
            yield asked.support_points(count), rows

    def _location(self):
        steps, segment, place = self.asked.scheme.points["location"], self.segment, self.asked.place
        left = self.rows & segment.get("placed") if place else 0
        unknown = self.rows ^ left
        self._check(unknown)
        yield steps["unknown"], unknown
        if not left:
            return
        ladder = (
            ("same_municipality", segment.town(place)),
            ("online", segment.get("online")),
            ("region_served", segment.region(place)),
        )
        for step, those in ladder:
            yield steps[step], left & those
            left ^= left & those
        if steps["elsewhere"]:
            yield steps["elsewhere"], left

    def _group(self):
        steps, segment = self.asked.scheme.points["group"], self.segment
        person, listed = self.asked.person, self.rows & self.segment.get("groups")
        belongs = listed & segment.any("group", person.groups)
        left = listed ^ belongs
        unknown = left and left & segment.any("group", person.unknown_groups)
        self._check(unknown)
        yield steps["belongs"], belongs
        yield steps["none_listed_or_unknown"], (self.rows ^ listed) | unknown
        if steps["does_not_belong"]:
            yield steps["does_not_belong"], left ^ unknown

    def _penalties(self, columns):
        """Enter each penalty; returns how much too high all scores are then."""
        asked, segment, offset = self.asked, self.segment, 0
        faults = {
            matching_scheme.STALE: segment.stale(asked.stale_before),
            matching_scheme.WAITING: segment.get("waiting"),
            matching_scheme.OLD_YEAR: segment.any(
                "year", [y for y in segment.years if y < asked.year]
            ),
        }
        for code, rows in faults.items():
            penalty, rows = -asked.scheme.penalties[code], rows & self.rows
            if rows and penalty:
                offset += penalty
                bit_sets.put(columns, self.rows ^ rows, penalty)
        return offset

    def _check_facts(self):
        person, segment = self.asked.person, self.segment
        if person.age is None or person.is_age_estimated:
            self._check(segment.get("ages"))
        if person.eligibility == CHECK:
            self._check(segment.get("ircc"))

    def _check(self, rows):
        if rows:
            self.checks[0].append(rows)

    # -- the order ----------------------------------------------------------------------------------------------------

    def order(self):
        """(plane, wanted) of every tie-break before the standing order, most telling first."""
        yield from ((plane, True) for plane in reversed(self.planes))
        yield from ((plane, True) for plane in reversed(self.keyword_planes))
        yield from ((plane, True) for plane in reversed(self.area_planes))
        yield from ((plane, False) for plane in reversed(self.check_planes))
        if self.asked.person.eligibility == YES:
            yield self.segment.get("ircc"), True
        yield from ((p, False) for p in reversed(self.segment.start_planes(self.asked.on)))

    def top(self, limit):
        """The first ``limit`` results, sorted."""
        entries, result = self.segment.entries, self.asked.result
        found = [result(entries[at]) for at in bit_sets.best(self.rows, self.order(), limit)]
        return sorted(found, key=order_of)

    def counts(self):
        """Counter of the rows of each band."""
        found, above = Counter(), 0
        *bands, (lowest, _least) = self.asked.scheme.bands
        for slug, least in bands:
            reached = bit_sets.at_least(self.planes, least + self.offset, self.rows).bit_count()
            found[slug], above = reached - above, reached
        found[lowest] = self.rows.bit_count() - above
        return found

    def ahead_of(self, result, entry):
        """How many rows stand before this result, which may be of another segment."""
        asked, score = self.asked, result.score + self.offset
        if score < 0:  # less than what everybody here has, which is not in the planes
            return self.rows.bit_count()
        groups = [
            (score, self.planes),
            (result.points["keywords"], self.keyword_planes),
            (result.points["area"], self.area_planes),
            (len(result.checks), self.check_planes),
        ]
        bits = [number >> i & 1 for number, planes in groups for i in reversed(range(len(planes)))]
        if asked.person.eligibility == YES:
            bits.append(int(entry.funding == IRCC))
        start = entry.available(asked.on)
        bits += [start >> i & 1 for i in reversed(range(DAY_BITS))]
        before, level = bit_sets.ahead_of(self.rows, list(self.order()), bits)
        at = bisect_left(self.segment.entries, entry.order, key=lambda other: other.order)
        return (before | level & ((1 << at) - 1)).bit_count()


def order_of(result):
    """What results are sorted by."""
    return result.order
