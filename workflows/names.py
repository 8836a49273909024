"""Names as they sound, so that one person written in two scripts or two spellings is found twice (R-CLI-3).

A name becomes the consonants that survive from one alphabet to another: محمد, Мухаммед and Mohammed are all ``mhmd``.
It only ever leads to a question to a person, never to a decision.
"""

import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache

from models import normalise

ALIKE = 0.85  # share of equal letters from which two names look like one person's
SHORTEST = 4  # consonants; with fewer the written names alone are compared

_ARABIC = dict(
    zip("بتثجحخدذرزسشصضطظغفقكلمنهةپچژگکڤ", "bttjhhddrzsssdtzgfkklmnhhbsjgkf", strict=True)
)
_CYRILLIC = dict(
    zip(
        "абвгґдеёжзийклмнопрстуфхцчшщъыьэюяіїєўђјљњћџғқңөұүһә",
        "abfggdeejziiklmnoprstufhssss_i_euaiieudjlnsjgknouuha",
        strict=True,
    )
)
_GREEK = dict(zip("αβγδεζηθικλμνξοπρσςτυφχψω", "abgdezetiklmnxoprsstifhso", strict=True))
_HEBREW = dict(zip("אבגדהוזחטיכךלמםנןסעפףצץקרשת", "_bgdh_zht_kklmmnns_ffsskrst", strict=True))
_LETTERS = {**_ARABIC, **_CYRILLIC, **_GREEK, **_HEBREW}
# Spellings of one sound, longest first.
_SOUNDS = (
    ("tch", "s"),
    ("dzh", "j"),
    ("sch", "s"),
    ("dj", "j"),
    ("zh", "j"),
    ("kh", "h"),
    ("gh", "g"),
    ("ph", "f"),
    ("sh", "s"),
    ("ch", "s"),
    ("th", "t"),
    ("dh", "d"),
    ("ts", "s"),
    ("ck", "k"),
    ("ce", "s"),
    ("ci", "s"),
    ("cy", "s"),
)
_SINGLE = str.maketrans(
    {"c": "k", "q": "k", "x": "ks", "v": "f", "p": "b", **dict.fromkeys("aeiouyw_'")}
)


def _latin(character):
    """One letter of any alphabet in Latin letters; itself where nobody can tell, as in Chinese."""
    if character in _LETTERS:
        return _LETTERS[character]
    name = unicodedata.name(character, "")
    for mark in (" SYLLABLE ", " LETTER ", " VOWEL SIGN "):
        # Hangul, Ethiopic and the scripts of India are called by their sound.
        if mark in name and not name.startswith(("LATIN", "ARABIC")):
            return name.rpartition(mark)[2].split()[-1].lower().replace("x", "h")
    return "" if name.startswith("ARABIC") else character


@lru_cache(maxsize=60_000)
def skeleton(name):
    """The consonants of a name of one or more words, in Latin letters; empty for one that has none."""
    return "".join(map(_word, normalise(unicodedata.normalize("NFKC", name)).split()))


@lru_cache(maxsize=60_000)
def _word(word):
    # normalise() takes Hangul syllables apart; together they have a name.
    word = unicodedata.normalize("NFC", word)
    plain = word if word.isascii() else "".join(map(_latin, word))
    for written, sound in _SOUNDS:
        plain = plain.replace(written, sound)
    plain = plain.translate(_SINGLE)
    single = "".join(c for n, c in enumerate(plain) if n == 0 or plain[n - 1] != c)
    return single.removesuffix("h") if len(single) > 1 else single


def alike(one, other):
    """Whether two full names, (first, last) each and in either order, look or sound like one person's."""
    return matcher(*one)(*other)


def matcher(first, last):
    """A function of another first and last name: whether they look or sound like these; for many candidates."""
    written, heard = _compared(_written(last, first)), _compared(skeleton(f"{first} {last}"))

    def matches(other_first, other_last):
        if written(_written(other_last, other_first)):
            return True
        return any(
            min(len(sound), len(heard.wanted)) >= SHORTEST and heard(sound)
            for sound in (
                skeleton(f"{other_first} {other_last}"),
                skeleton(f"{other_last} {other_first}"),
            )
        )

    return matches


@lru_cache(maxsize=60_000)
def _written(*words):
    return normalise(" ".join(words))


def _compared(wanted):
    """A function that says whether a text is close to ``wanted``; what is far from it is seen by its length."""
    match = SequenceMatcher(None, "", wanted, autojunk=False)

    def is_close(text):
        if text == wanted:
            return bool(text)
        if not text or 2 * min(len(text), len(wanted)) < ALIKE * (len(text) + len(wanted)):
            return False
        match.set_seq1(text)
        return match.quick_ratio() >= ALIKE and match.ratio() >= ALIKE

    is_close.wanted = wanted
    return is_close
