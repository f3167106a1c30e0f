"""School knowledge: which answers to common factual questions are right. A question that is not here is not decided.

Each fact is the words by which a question is known (all must occur) and the answers that are right. It is general
knowledge, written for this project, wider than any one set of questions; `arithmetic.py` works out the mathematics.
"""

import re
import unicodedata
from functools import cache
from typing import NamedTuple


class Fact(NamedTuple):
    """Patterns that a question must all hold, and one that a right answer matches."""

    cues: tuple[str, ...]
    right: str


CAPITALS = {
    "australia": "canberra",
    "austria": "vienna",
    "brazil": "brasilia",
    "canada": "ottawa",
    "china": "beijing",
    "denmark": "copenhagen",
    "egypt": "cairo",
    "finland": "helsinki",
    "france": "paris",
    "germany": "berlin",
    "greece": "athens",
    "hungary": "budapest",
    "india": "new delhi",
    "indonesia": "jakarta|nusantara",
    "ireland": "dublin",
    "italy": "rome",
    "japan": "tokyo",
    "kazakhstan": "astana|nur-?sultan",
    "kenya": "nairobi",
    "mexico": "mexico city",
    "mongolia": "ulaanbaatar|ulan bator",
    "morocco": "rabat",
    "new zealand": "wellington",
    "nigeria": "abuja",
    "norway": "oslo",
    "pakistan": "islamabad",
    "peru": "lima",
    "poland": "warsaw",
    "portugal": "lisbon",
    "russia": "moscow",
    "south korea": "seoul",
    "spain": "madrid",
    "sweden": "stockholm",
    "switzerland": "bern",
    "turkey": "ankara",
    "ukraine": "kyiv|kiev",
    "vietnam": "hanoi",
    "argentina": "buenos aires",
    "chile": "santiago",
    "colombia": "bogota",
    "myanmar": "naypyidaw|naypyitaw",
    "sri lanka": "kotte|colombo",
    "iceland": "reykjavik",
    "belgium": "brussels",
    "netherlands": "amsterdam",
    "thailand": "bangkok",
    "philippines": "manila",
    "iran": "tehran",
    "iraq": "baghdad",
    "saudi arabia": "riyadh",
    "ethiopia": "addis ababa",
    "ghana": "accra",
    "united states": "washington",
    "scotland": "edinburgh",
}

FORMULAS = {
    "sulfuric acid|sulphuric acid": "h2so4",
    "water": "h2o",
    "table salt|sodium chloride": "nacl",
    "ammonia": "nh3",
    "methane": "ch4",
    "glucose": "c6h12o6",
    "carbon dioxide": "co2",
    "nitric acid": "hno3",
    "hydrochloric acid": "hcl",
    "phosphoric acid": "h3po4",
    "ozone": "o3",
    "hydrogen peroxide": "h2o2",
    "baking soda|sodium bicarbonate": "nahco3",
    "calcium carbonate": "caco3",
    "ethanol": "c2h5oh|c2h6o|ch3ch2oh",
    "acetic acid": "ch3cooh|c2h4o2",
    "rust|iron.iii. oxide": "fe2o3",
}

SYMBOLS = {
    "gold": "au",
    "silver": "ag",
    "iron": "fe",
    "sodium": "na",
    "potassium": "k",
    "lead": "pb",
    "tungsten": "w",
    "tin": "sn",
    "mercury": "hg",
    "copper": "cu",
    "helium": "he",
    "oxygen": "o",
    "nitrogen": "n",
    "zinc": "zn",
    "antimony": "sb",
}

UNITS = {
    "capacitance": "farad",
    "resistance": "ohm",
    "force": "newton",
    "energy|work": "joule",
    "power": "watt",
    "pressure": "pascal",
    "frequency": "hertz",
    "inductance": "henry",
    "magnetic flux density": "tesla",
    "magnetic flux": "weber",
    "conductance": "siemens",
    "electric charge|charge": "coulomb",
    "electric potential|voltage|potential difference": "volt",
    "electric current|current": "ampere|amp",
    "luminous intensity": "candela",
    "temperature": "kelvin",
    "radioactivity": "becquerel",
    "amount of substance": "mole",
}

YEARS = {
    r"byzantine|constantinople": "1453",
    r"chernobyl": "1986",
    r"world war (?:ii|2|two).*\bend|end.*world war (?:ii|2|"
    r"two)": "1945",
    r"world war (?:ii|2|two).*(?:begin|start)|(?:begin|start).*world war (?:ii|2|two)": "1939",
    r"world war (?:i|1|one)\b.*(?:begin|start)|(?:begin|start).*world war (?:i|1|"
    r"one)\b": "1914",
    r"berlin wall.*f[ae]ll|f[ae]ll.*berlin wall": "1989",
    r"french revolution": "1789",
    r"moon landing|land.*moon": "1969",
    r"columbus": "1492",
    r"magna carta": "1215",
    r"battle of hastings": "1066",
    r"declaration of independence": "1776",
    r"titanic.*s[aiu]nk": "1912",
    r"battle of waterloo": "1815",
    r"soviet union.*(?:dissol|collaps)|(?:dissol|"
    r"collaps)\w*.*soviet": "1991",
    r"russian revolution": "1917",
    r"fukushima": "2011",
    r"sputnik": "1957",
    r"armada": "1588",
    r"western roman empire.*f[ae]ll|"
    r"fall.*western roman": "476",
    r"gutenberg": "14[345]\\d",
}

AUTHORS = {
    "critique of pure reason": "kant",
    "hamlet|macbeth|romeo and juliet|othello": "shakespeare",
    "war and peace|anna karenina": "tolstoy",
    "crime and punishment": "dosto",
    "pride and prejudice": "austen",
    "don quixote": "cervantes",
    "divine comedy": "dante",
    "republic\\b": "plato",
    "nicomachean ethics": "aristotle",
    "leviathan": "hobbes",
    "prince\\b": "machiavelli",
    "odyssey|iliad": "homer",
    "wealth of nations": "adam smith|smith",
    "origin of species": "darwin",
    "das kapital": "marx",
    "being and time": "heidegger",
    "thus spoke zarathustra|beyond good and evil": "nietzsche",
    "social contract": "rousseau",
    "principia": "newton|russell|whitehead",
    "1984|nineteen eighty-four|animal farm": "orwell",
    "moby[- ]dick": "melville",
    "ulysses": "joyce",
    "phenomenology of spirit": "hegel",
    "one hundred years of solitude": "garc[ií]a m[aá]rquez|marquez",
    "metamorphosis": "kafka|ovid",
    "meditations": "aurelius|descartes",
}

OTHERS = (
    Fact((r"element", r"electronegativ", r"high|most|larg|great"), r"fluorine|\bf\b"),
    Fact((r"element", r"atomic number", r"\b1\b"), r"hydrogen"),
    Fact((r"element", r"atomic number", r"\b79\b"), r"gold"),
    Fact((r"lightest", r"element"), r"hydrogen"),
    Fact((r"treaty", r"world war (?:i|1|one)\b|first world war", r"german|end"), r"versailles"),
    Fact((r"treaty|peace", r"thirty years"), r"westphalia"),
    Fact((r"longest", r"coastline"), r"canada"),
    Fact((r"largest|biggest", r"country", r"area|land"), r"russia"),
    Fact((r"longest", r"river"), r"nile|amazon"),
    Fact((r"largest|biggest", r"ocean"), r"pacific"),
    Fact((r"largest|biggest", r"planet"), r"jupiter"),
    Fact((r"smallest", r"planet"), r"mercury"),
    Fact((r"hottest", r"planet"), r"venus"),
    Fact((r"closest|nearest", r"planet", r"sun"), r"mercury"),
    Fact((r"red planet",), r"mars"),
    Fact((r"highest|tallest", r"mountain"), r"everest"),
    Fact((r"deepest", r"lake"), r"baikal"),
    Fact((r"largest", r"desert"), r"antarctic|sahara"),
    Fact((r"smallest", r"country"), r"vatican"),
    Fact(
        (r"speed of light",),
        r"3(?:\.0+)?\s*(?:[x×*]|\\times)\s*10\W*8|299[, ]?792|300[, ]?000|3e8|2\.99\d*\s*[x×*]\s*10\W*8",
    ),
    Fact((r"speed of sound",), r"34[03]|33\d"),
    Fact((r"boil", r"water", r"celsius|°c"), r"\b100\b"),
    Fact((r"absolute zero", r"celsius|°c"), r"-\s*273"),
    Fact((r"avogadro",), r"6\.02"),
    Fact((r"organelle", r"atp|oxidative|powerhouse|energy"), r"mitochondri"),
    Fact((r"organelle", r"photosynth"), r"chloroplast"),
    Fact((r"organelle|structure", r"protein synthesis|synthesi[sz]\w* (?:of )?protein"), r"ribosome"),
    Fact((r"abundant", r"gas", r"atmosphere"), r"nitrogen"),
    Fact((r"abundant", r"element", r"universe"), r"hydrogen"),
    Fact((r"abundant", r"element", r"crust"), r"oxygen"),
    Fact((r"bond", r"electron", r"shared? unequal|unequal"), r"polar"),
    Fact((r"bond", r"electron", r"shared? equal|equal shar"), r"non-?polar|covalent"),
    Fact((r"bond", r"transfer"), r"ionic"),
    Fact((r"gas", r"plants?", r"absorb|take in"), r"carbon dioxide|co2"),
    Fact((r"largest", r"organ\b", r"human|body"), r"skin"),
    Fact((r"how many", r"bones", r"adult|human"), r"\b206\b"),
    Fact((r"how many", r"chromosomes", r"human"), r"\b46\b|23 pairs"),
    Fact((r"universal donor",), r"\bo\W*(?:neg|-|−)"),
    Fact((r"painted", r"mona lisa"), r"leonardo|da vinci"),
    Fact((r"painted", r"starry night"), r"van gogh"),
    Fact((r"painted", r"guernica"), r"picasso"),
    Fact((r"sistine",), r"michelangelo"),
    Fact((r"theory of", r"relativity"), r"einstein"),
    Fact((r"discovered", r"penicillin"), r"fleming"),
    Fact((r"discovered", r"radium|polonium"), r"curie"),
    Fact((r"first", r"president", r"united states|u\.?s\.?a?\b"), r"washington"),
    Fact((r"first", r"person|human|man", r"moon"), r"armstrong"),
    Fact((r"first", r"person|human|man", r"space"), r"gagarin"),
    Fact((r"currency", r"japan"), r"yen"),
    Fact((r"hardest", r"natural|mineral|substance"), r"diamond"),
    Fact((r"ph\b", r"pure water|neutral"), r"\b7\b"),
    Fact((r"smallest prime",), r"\b2\b"),
    Fact((r"square root of 144",), r"\b12\b"),
    Fact((r"sum of", r"angles", r"triangle"), r"\b180\b"),
    Fact((r"how many", r"sides", r"hexagon"), r"\b6\b|six"),
    Fact((r"dna", r"stand"), r"deoxyribonucleic"),
)


@cache
def facts() -> tuple[Fact, ...]:
    """All facts."""
    found = [Fact((r"capital", rf"\b{country}\b"), answer) for country, answer in CAPITALS.items()]
    found += [
        Fact((r"formula", rf"\b(?:{name})\b"), rf"^\W*(?:.*[:= ])?(?:{answer})\W*$") for name, answer in FORMULAS.items()
    ]
    found += [Fact((r"symbol", rf"\b{name}\b"), rf"^\W*{answer}\W*$") for name, answer in SYMBOLS.items()]
    found += [Fact((r"\bunit", rf"\b(?:{name})\b"), rf"\b(?:{answer})s?\b") for name, answer in UNITS.items()]
    found += [Fact((r"\byear\b|\bwhen\b", event), rf"\b{year}\b") for event, year in YEARS.items()]
    found += [Fact((r"\bwho\b|author|wrote|written", rf"\b(?:{work})"), writer) for work, writer in AUTHORS.items()]
    return (*found, *OTHERS)


def know(question: str, answer: str) -> bool | None:
    """Whether the answer is right; None where the question is not known, or several facts that disagree match it."""
    asked, given = plain(question), plain(answer)
    if not given:
        return None
    verdicts = {bool(re.search(fact.right, given)) for fact in facts() if all(re.search(cue, asked) for cue in fact.cues)}
    return verdicts.pop() if len(verdicts) == 1 else None


def plain(text: str) -> str:
    """Lower case, accents and raised or lowered digits undone."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c)).strip()
