"""How long the writing assistant takes: ``python bench/writing.py [WORDS] [TURNS]`` (5,000 words, 200 turns).

A note of ordinary words, one sentence in ten of which the rules have something to say about, is looked at again and
again; printed are, for each language, median and 95th percentile in milliseconds by the clock and by processor time.
"""

import random
import sys
import time
from pathlib import Path
from statistics import quantiles

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import seed  # noqa: E402 - the portal is found beside this folder
from workflows.writing import look, read_rules  # noqa: E402

PLAIN = {
    "en": "The family came to the office on Monday and asked about a class near the bus line.",
    "fr": "La famille est venue au bureau lundi et a demandé un cours près de l’arrêt d’autobus.",
}


def note(content, lang, words):
    """A text of so many words."""
    marked = [each["text"] for each in content["examples"] if each["lang"] == lang]
    chance, found = random.Random(5), []
    while len(found) < words:
        sentence = chance.choice(marked) if chance.random() < 0.1 else PLAIN[lang]
        found += sentence.split()
    return " ".join(found[:words])


def main(words=5_000, turns=200):
    content = seed.read("writing_rules")
    rules = read_rules(content)
    for lang in PLAIN:
        text, clock, processor = note(content, lang, words), [], []
        for _turn in range(turns):
            start, busy = time.perf_counter(), time.process_time()
            marks = look(text, lang, rules)
            clock.append((time.perf_counter() - start) * 1000)
            processor.append((time.process_time() - busy) * 1000)
        print(f"{lang}: {words:,} words, {len(marks)} marks")
        for name, taken in (("clock", clock), ("processor", processor)):
            parts = quantiles(taken, n=20)
            print(f"  {name}: median {parts[9]:.1f} ms, p95 {parts[18]:.1f} ms")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
