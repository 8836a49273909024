"""Arithmetic on many small numbers at once: plain integers as sets, and bit planes as columns of numbers.

A set is an integer whose bit j says whether row j belongs.  A column of numbers is a list of such sets, its planes:
plane i holds bit i of every row's number, the lowest first.  One operation on an integer works on all rows.
"""

import re

# Below so many rows an operation on the whole set costs less than looking for its members byte by byte.
SMALL = 1 << 14


def from_positions(positions, size):
    """The set of these rows, out of ``size`` rows."""
    octets = bytearray((size + 7) // 8)
    for position in positions:
        octets[position >> 3] |= 1 << (position & 7)
    return int.from_bytes(octets, "little")


def positions(rows, limit=None):
    """The members of a set in rising order, at most ``limit`` of them."""
    found = []
    if rows.bit_length() < SMALL:
        while rows and len(found) != limit:
            low = rows & -rows
            found.append(low.bit_length() - 1)
            rows ^= low
        return found
    octets = rows.to_bytes((rows.bit_length() + 7) // 8, "little")
    for match in re.finditer(rb"[^\0]", octets):
        octet, at = match[0][0], match.start() << 3
        while octet:
            low = octet & -octet
            found.append(at + low.bit_length() - 1)
            octet ^= low
        if limit is not None and len(found) >= limit:
            return found[:limit]
    return found


def union(sets):
    """Everything that is in any of the sets."""
    found = 0
    for one in sets:
        found |= one
    return found


def add(columns):
    """Sum of sets that each count 1, 2, 4 …: ``columns[i]`` lists the sets that count 2**i; returns planes.

    Three sets of one weight become one of that weight and one of the next: five operations a set.
    """
    columns, planes, i = [list(column) for column in columns], [], 0
    while i < len(columns):
        column = columns[i]
        if len(column) > 1 and i + 1 == len(columns):
            columns.append([])
        while len(column) > 2:
            a, b, c = column.pop(), column.pop(), column.pop()
            either = a ^ b
            column.append(either ^ c)
            carried = a & b | either & c
            if carried:
                columns[i + 1].append(carried)
        if len(column) == 2:
            a, b = column
            column = [a ^ b]
            if a & b:
                columns[i + 1].append(a & b)
        planes.append(column[0] if column else 0)
        i += 1
    return planes


def put(columns, rows, number):
    """Enter ``number`` for every row of the set into columns that ``add`` will sum."""
    if rows:
        for i in range(number.bit_length()):
            if number >> i & 1:
                columns[i].append(rows)


def split(planes, rows, top):
    """[(number, set)] of the rows by their number, everything from ``top`` up counted as ``top``."""
    found = []

    def descend(level, rows, number):
        if number >= top or level < 0:
            found.append((min(number, top), rows))
            return
        high = rows & planes[level]
        if high:
            descend(level - 1, high, number | 1 << level)
        if high != rows:
            descend(level - 1, rows ^ high, number)

    if rows:
        descend(len(planes) - 1, rows, 0)
    return found


def at_least(planes, number, rows):
    """Those of ``rows`` whose number is ``number`` or more."""
    if number <= 0:
        return rows
    if number >> len(planes):
        return 0
    more, same = 0, rows
    for i in reversed(range(len(planes))):
        ones = same & planes[i]
        if number >> i & 1:
            same = ones
        else:
            more |= ones
            same ^= ones
    return more | same


def raise_to(planes, number, rows):
    """Planes in which no row of ``rows`` has less than ``number``."""
    low = rows ^ at_least(planes, number, rows)
    return _replaced(planes, low, number) if low else planes


def lower_to(planes, number, rows):
    """Planes in which no row of ``rows`` has more than ``number``."""
    high = at_least(planes, number + 1, rows)
    return _replaced(planes, high, number) if high else planes


def _replaced(planes, rows, number):
    return [
        plane | rows if number >> i & 1 else plane ^ (plane & rows)
        for i, plane in enumerate(planes)
    ]


def best(rows, order, limit):
    """The ``limit`` first rows, not sorted.

    ``order`` gives, most telling first, (plane, wanted): rows in the plane go first, or last when not ``wanted``.
    Among equals the lowest position goes first.
    """
    if rows.bit_count() <= limit:
        return positions(rows)
    sure, open_, room = 0, rows, limit
    for plane, wanted in order:
        ahead = open_ & plane
        if not wanted:
            ahead ^= open_
        count = ahead.bit_count()
        if count == room:
            open_ = ahead
            break
        if count > room:
            open_ = ahead
        else:
            sure |= ahead
            open_ ^= ahead
            room -= count
    return positions(sure) + positions(open_, room)


def ahead_of(rows, order, mine):
    """(set of the rows before, set of the rows level with) a row whose plane bits are ``mine``, one for each plane."""
    before, level = 0, rows
    for (plane, wanted), bit in zip(order, mine, strict=True):
        ones = level & plane
        if bit:
            before |= 0 if wanted else level ^ ones
            level = ones
        else:
            before |= ones if wanted else 0
            level ^= ones
    return before, level
