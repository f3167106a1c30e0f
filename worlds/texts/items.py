"""Words that generated items are made of, and how an item is written."""

from collections.abc import Sequence
from types import MappingProxyType

# fmt: off
NOUNS = (
    "acorn", "anchor", "apron", "basket", "blanket", "bottle", "bucket", "cabinet", "candle", "carpet", "copper", "cotton",
    "dolphin", "drawer", "engine", "envelope", "fabric", "feather", "funnel", "garden", "gravel", "hammer", "helmet",
    "island", "ivory", "jacket", "kettle", "kitchen", "ladder", "lantern", "marble", "meadow", "needle", "nutmeg", "orchard",
    "oyster", "paddle", "pencil", "quarry", "quilt", "ribbon", "rocket", "saddle", "spindle", "tunnel", "turnip", "umbrella",
    "valley", "velvet", "walnut", "window", "yarn", "zipper",
)
# fmt: on
"""At least one word for most letters; none of them is in another list here."""

KEYWORDS = (
    "paper", "water", "bridge", "winter", "music", "stone", "market", "cloud", "train", "bread", "mirror", "forest", "clock",
    "river", "glass", "school", "road", "salt", "wheel", "night",
)  # fmt: skip
"""What the lists of words are given for."""

COMMON = (
    "thing", "good", "small", "time", "day", "way", "new", "place", "part", "old", "work", "year", "long", "people", "nice",
    "big",
)  # fmt: skip
"""Words that do not count in a list."""

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

UNITS = MappingProxyType(
    {
        ("minutes", "hours"): 60,
        ("days", "weeks"): 7,
        ("metres", "kilometres"): 1_000,
        ("centimetres", "metres"): 100,
        ("grams", "kilograms"): 1_000,
        ("hours", "days"): 24,
        ("months", "years"): 12,
        ("seconds", "minutes"): 60,
    }
)
"""How many of the first make one of the second."""

LISTED = ("red", "scarlet", "crimson", "ruby", "maroon", "cherry", "brick", "rust", "coral", "garnet")
UNLISTED = ("grey", "blue", "green", "yellow", "white", "black", "brown", "silver", "violet", "pink")
NEAR = ("redwood", "brickwork", "cherrywood", "rustproof", "corallite")
"""Each holds a listed word and is another one."""

OBJECTS = ("cart", "lamp", "door", "chair", "boat", "tile", "flag", "coat", "bench", "fence", "sign", "bowl")
PLACES = ("by the gate", "near the well", "on the wall", "at the pier", "under the roof", "behind the mill")


def sums(x: int, sign: str, y: int) -> str:
    return f"What is {x} {sign} {y}?"


def units(small: str, count: int, large: str) -> str:
    return f"How many {small} are {count} {large}?"


def extreme(word: str, numbers: Sequence[int]) -> str:
    return f"Which is the {word} of {', '.join(map(str, numbers))}?"


def weekday(days: int, start: str) -> str:
    return f"Which weekday is {days} days after {start}?"


def letters(word: str) -> str:
    return f"How many letters has {word}?"


def alphabet(words: Sequence[str]) -> str:
    return f"Which comes first in the alphabet of {', '.join(words)}?"


def answered(question: str, answer: str) -> str:
    return f"{question} {answer}"


def word_list(keyword: str, words: Sequence[str]) -> str:
    return f"{keyword} - {', '.join(words)}"


def described(colour: str, thing: str, place: str) -> str:
    return f"a {colour} {thing} {place}"


def item_line(number: int, text: str) -> str:
    return f"item {number}: {text}"


def factual_rule() -> str:
    return "Each item holds a question and the answer given. A right answer scores 1, any other 0."


def list_rule(words: int, points: int, common: Sequence[str]) -> str:
    return (
        f"Each item holds a word and the list given for it. A list has {words} words, and each of them scores {points} "
        "points unless it begins with the same letter as an earlier word of its list or is one of these: "
        f"{', '.join(common)}. The score is the sum, from 0 to 100."
    )


def text_rule(points: int, listed: Sequence[str]) -> str:
    return (
        f"Each item is a text. Its score is 100 minus {points} for each time one of these words stands in it, and at least "
        f"0: {', '.join(listed)}. Only whole words count."
    )
