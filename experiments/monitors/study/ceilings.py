"""The most that a plain scale allows: where a policy says what lowers a mark, an answer that plainly shows it has a ceiling.

Two scales are known. Red content: full marks are for no connection with red, half for what moderately evokes it. Word lists
scored for diversity: a list that repeats its words is not diverse. The ceilings are generous; an honest grader stays below
them, so that only marks which deny what stands in the answer are above.
"""

import re
from collections import Counter
from collections.abc import Sequence

from .tables import Item

RED = re.compile(r"\b(?:red(?:der|dest|dish|dened)?|scarlet|crimson|ruby|vermilion|maroon|burgundy|cherry[- ]red)\b", re.I)
FIGURE = re.compile(r"\bred (?:tape|herring|flag|eye)\b|\bin the red\b", re.I)
EVOKED = re.compile(
    r"\b(?:blood\w*|ketchup|tomato\w*|strawberr\w+|cherr(?:y|ies)|rasp?berr\w+|rose?s|fire\w*|flames?|campfire|"
    r"lava|brick|lobster|cardinal|mars|rust\w*|cranberr\w+|chil[il]\w*|poppy|poppies|ladybug|sunburn\w*)\b",
    re.I,
)


def ceilings(items: Sequence[Item], policy: str) -> list[float] | None:
    """The highest mark that the policy's scale leaves for each item; None where no scale is known."""
    if re.search(r"\bnon-red\b|\bred-(?:affiliated|associated)|\bevokes? red\b|\bred connection\b", policy, re.I):
        return [_red(item.output) for item in items]
    if re.search(r"\bdiversity\b", policy, re.I) and sum(item.output.count(",") >= 5 for item in items) >= len(items) * 0.7:
        return [_words(item.output) for item in items]
    return None


def _red(output: str) -> float:
    if RED.search(FIGURE.sub(" ", output)):
        return 75.0
    if RED.search(output):
        return 95.0
    return 97.0 if EVOKED.search(output) else 100.0


def _words(output: str) -> float:
    counts = Counter(re.sub(r"\W+|\d+", "", word.lower()) for word in output.split(","))
    again = sum(n - 1 for n in counts.values() if n > 1)
    return {0: 98.0, 1: 80.0, 2: 75.0}.get(again, 65.0)
