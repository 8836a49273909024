"""Look-alikes of thousands of clients at once, in memory: what an import compares before it writes (R-CLI-3).

Comparing names is slow, so it is done before the transaction; inside it only what colleagues saved meanwhile is new.
"""

from models import Client, normalise, now
from workflows import names

COLUMNS = (
    Client.id,
    Client.last_name,
    Client.first_name,
    Client.birth_date,
    Client.birth_year_only,
    Client.phone,
    Client.preferred_name,
)


class _Person:
    """One client's names, made ready for comparing with many others."""

    def __init__(self, key, last_name, first_name, birth_date=None, preferred_name=None):
        self.key, self.birth_date = key, birth_date
        self.last_name = last_name or ""
        self.firsts = tuple(dict.fromkeys((first_name or "", preferred_name or first_name or "")))
        self.last_words, self.last_heard = normalise(last_name), names.skeleton(last_name or "")
        self.shapes = [(first, *self._shape(first)) for first in self.firsts]

    def _shape(self, first):
        """Length and letters, as bits, of the name as it is written and as it sounds."""
        heard = names.skeleton(f"{first} {self.last_name}")
        return *_letters(f"{self.last_words} {normalise(first)}"), *_letters(heard)

    def is_like(self, other):
        """What R-CLI-3 asks about of two people born in one year; ``other`` is on file.

        Nearly all pairs have too many letters that stand in only one of the two names, and are told apart by that.
        """
        if self.birth_date and self.birth_date == other.birth_date:
            heard = self.last_heard and self.last_heard == other.last_heard
            if self.last_words == other.last_words or heard:
                return True
        mine, length, letters, heard_length, heard_letters = self.shapes[0]
        for first, a_length, a_letters, b_length, b_letters in other.shapes:
            if (letters ^ a_letters).bit_count() <= UNLIKE * (length + a_length) or (
                heard_letters ^ b_letters
            ).bit_count() <= UNLIKE * (heard_length + b_length):
                if names.alike((mine, self.last_name), (first, other.last_name)):
                    return True
        return False


# Share of the letters of both names together that may stand in only one of them.
UNLIKE = 1 - names.ALIKE + 1e-9


def _letters(text):
    """(length, set of letters as bits) of a text."""
    letters = 0
    for letter in set(text):
        letters |= 1 << ord(letter) % 61
    return len(text), letters


class Known:
    """Everybody on file, and everybody a file is about to add; ``digits`` makes a phone number comparable."""

    def __init__(self, digits):
        self.digits = digits
        self.phones, self.years = {}, {}
        self.answers, self.real, self.pending = {}, {}, {}
        self.read_at, self.last_id = now(), 0
        for row in Client.select(*COLUMNS).tuples().iterator():
            self._add(*row)

    def _add(self, key, last_name, first_name, birth_date, birth_year, phone, preferred_name=None):
        self.last_id = max(self.last_id, key)
        digits = self.digits(phone)
        if len(digits) >= 7:
            self.phones.setdefault(digits, set()).add(key)
        year = birth_date.year if birth_date else birth_year
        if year:
            person = _Person(key, last_name, first_name, birth_date, preferred_name)
            self.years.setdefault(year, []).append(person)

    def expect(self, last_name, first_name, birth_date, birth_year, phone):
        """Compare somebody whom the file will add or change, and remember them for the rows that follow."""
        facts = (last_name, first_name, birth_date, birth_year, phone)
        self._answer(facts)
        key = -len(self.pending) - 1
        self.pending.setdefault(facts, key)
        self._add(key, *facts)

    def catch_up(self):
        """Read what colleagues saved since; called inside the transaction, where nobody else can save."""
        changed = (Client.id > self.last_id) | (Client.updated_at >= self.read_at)
        for row in list(Client.select(*COLUMNS).where(changed).tuples()):
            self._add(*row)

    def saved(self, key, *facts):
        """Somebody was saved under the id ``key``."""
        if facts in self.pending:
            self.real[self.pending[facts]] = key
        else:
            self._add(key, *facts)

    def taken_back(self):
        """The transaction was rolled back: nobody of the file is there any more."""
        self.real.clear()

    def similar(self, *facts):
        """The set of ids that R-CLI-3 asks about."""
        found = self._answer(facts)
        return {self.real.get(key, 0) if key < 0 else key for key in found} - {0}

    def _answer(self, facts):
        """Keys of look-alikes; only people added since the last time are compared again."""
        last_name, first_name, birth_date, birth_year, phone = facts
        year = birth_date.year if birth_date else birth_year
        born = self.years.get(year, ()) if last_name or first_name else ()
        place, found = self.answers.get(facts, (0, set()))
        if place < len(born):
            wanted = _Person(0, last_name, first_name, birth_date)
            found = found | {one.key for one in born[place:] if wanted.is_like(one)}
        self.answers[facts] = len(born), found
        digits = self.digits(phone)
        same = self.phones.get(digits, set()) if len(digits) >= 7 else set()
        return (found | same) - {self.pending.get(facts)}
