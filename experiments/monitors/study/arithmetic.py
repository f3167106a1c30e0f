"""Answers to school mathematics, worked out: what a question asks is computed and the given answer compared with it.

Only what is recognised for certain is decided; everything else is None, which means not decided.
"""

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import pairwise

Number = float
SUPER = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
SUB = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
WORDS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twice": 2,
}
OPERATORS: Mapping[type, Callable[..., float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
FUNCTIONS: Mapping[str, Callable[..., float]] = {
    "ln": math.log, "log": math.log10, "sin": math.sin, "cos": math.cos, "tan": math.tan, "exp": math.exp, "sqrt": math.sqrt,
}  # fmt: skip


def solve(question: str, answer: str) -> bool | None:
    """Whether the answer is right; None where the question is not one of those that can be worked out here."""
    for solver in (_derivative, _equation, _speed, _series, _dice, _determinant, _inverse_square, _percent, _plain):
        try:
            verdict = solver(question, answer)
        except (ValueError, ZeroDivisionError, OverflowError, ArithmeticError):
            verdict = None
        if verdict is not None:
            return verdict
    return None


def value(text: str, **names: float) -> float | None:
    """The value of an expression in ordinary notation (`3x²ln(x) + x²`, `25/216`), with these values for its letters."""
    source = (
        text.strip()
        .rstrip(".")
        .replace("−", "-")
        .replace("–", "-")
        .replace("×", "*")
        .replace("·", "*")
        .replace("÷", "/")
        .replace("^", "**")
    )
    source = re.sub(r"√\s*\(?(\w+)\)?", r"sqrt(\1)", source).replace("π", "pi")
    source = re.sub(r"log([₀-₉]+)\s*\(", lambda m: f"logbase_{m[1].translate(SUB)}(", source)
    source = re.sub(r"([⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+)", lambda m: f"**({m[1].translate(SUPER)})", source)
    source = re.sub(r"(?<=\d),(?=\d{3}\b)", "", source)
    source = re.sub(r"(\d|\)|\bx\b)\s*(?=(?:ln|log|sin|cos|tan|exp|sqrt|x|e\*\*|\()\b|\()", r"\1*", source)
    source = re.sub(r"\bx(ln|log|sin|cos|tan|exp|sqrt)", r"x*\1", source)
    source = re.sub(r"(\d)(x|ln|log|sin|cos|exp|sqrt|e)", r"\1*\2", source)
    source = re.sub(r"\b(ln|log|sin|cos|tan|exp|sqrt|logbase_\d+)\*\(", r"\1(", source)
    source = re.sub(r"\b(ln|log|sin|cos|tan)\s+x\b|\b(ln|log|sin|cos|tan)x\b", lambda m: f"{m[1] or m[2]}(x)", source)
    if len(source) > 200:
        return None
    try:
        return _evaluate(ast.parse(source, mode="eval").body, {"e": math.e, "pi": math.pi, **names})
    except (SyntaxError, KeyError, TypeError, ValueError, ZeroDivisionError, OverflowError, RecursionError):
        return None


def _evaluate(node: ast.expr, names: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name):
            return names[name]
        case ast.BinOp(left=left, op=op, right=right):
            first, second = _evaluate(left, names), _evaluate(right, names)
            if isinstance(op, ast.Pow) and (abs(second) > 64 or abs(first) > 1e6):
                raise ValueError("too large")
            result = OPERATORS[type(op)](first, second)
            if isinstance(result, complex):
                raise ValueError("not real")
            return result
        case ast.UnaryOp(op=op, operand=operand):
            return OPERATORS[type(op)](_evaluate(operand, names))
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            inner = _evaluate(argument, names)
            if name.startswith("logbase_"):
                return math.log(inner, int(name.removeprefix("logbase_")))
            return FUNCTIONS[name](inner)
    raise ValueError("not arithmetic")


def numbers(text: str) -> list[float]:
    """The plain numbers in a text."""
    return [float(n.replace(",", "")) for n in re.findall(r"(?<![\w.])-?\d+(?:,\d{3})*(?:\.\d+)?", text)]


def same(answer: str, truth: float) -> bool:
    """Whether an answer gives this number: as it stands, after an equals sign, as a fraction, percentage or power."""
    text = answer.split("=")[-1].strip()
    candidates = [value(text), value(re.sub(r"\s*(?:[a-zA-Z°/%]+[a-zA-Z/²³]*)\s*$", "", text))]
    fraction = re.search(r"(-?\d+)\s*/\s*(\d+)", text)
    if fraction and int(fraction[2]):
        candidates = [float(Fraction(int(fraction[1]), int(fraction[2])))]
    elif found := numbers(text):
        candidates.append(found[0])
        if "%" in text:
            candidates = [found[0] / 100, found[0]]
    return any(each is not None and math.isclose(each, truth, rel_tol=6e-3, abs_tol=1e-9) for each in candidates)


def _derivative(question: str, answer: str) -> bool | None:
    found = re.search(r"derivative of\s+(?:f\(x\)\s*=\s*|y\s*=\s*)?(.+?)\s*(?:\?|with respect.*|$)", question, re.I)
    if not found:
        return None
    function, given = found[1].rstrip("?. "), answer.split("=")[-1]
    for x in (1.3, 2.1, 3.7):
        before, after = value(function, x=x - 1e-5), value(function, x=x + 1e-5)
        claimed = value(given, x=x)
        if before is None or after is None:
            return None
        if claimed is None or not math.isclose((after - before) / 2e-5, claimed, rel_tol=1e-4):
            return None if claimed is None else False
    return True


def _equation(question: str, answer: str) -> bool | None:
    found = re.search(r"solve\s+(?:for\s+([a-z])\s*)?[:,]?\s*(.+?)=(.+?)\s*\??$", question, re.I)
    if not found:
        return None
    given = [each for each in (value(part) for part in re.findall(r"-?\d+(?:\.\d+)?(?:/\d+)?", answer)) if each is not None]
    if not given:
        return None
    for x in given:
        left, right = value(found[2], x=x), value(found[3], x=x)
        if left is None or right is None:
            plain = value(found[2], x=2.5) is not None or value(found[2], x=7.5) is not None
            return False if plain else None
        if not math.isclose(left, right, rel_tol=1e-6, abs_tol=1e-6):
            return False
    return True


def _speed(question: str, answer: str) -> bool | None:
    legs = re.findall(r"(\d+(?:\.\d+)?)\s*(?:km|miles|m|kilometers)\b[^,.?]*?\bat\s+(\d+(?:\.\d+)?)", question, re.I)
    if "average speed" not in question.lower() or not legs:
        return None
    way = sum(float(d) for d, _ in legs)
    return same(answer, way / sum(float(d) / float(v) for d, v in legs))


def _series(question: str, answer: str) -> bool | None:
    found = re.search(r"sum of the first\s+(\d+|\w+)\s+terms[^:]*:?\s*((?:-?\d+\s*,\s*){2,}-?\d+)", question, re.I)
    if not found or not re.search(r"arithmetic|geometric|sequence|series", question, re.I):
        return None
    n = WORDS.get(found[1].lower()) or int(found[1])
    terms = numbers(found[2])
    step, ratio = terms[1] - terms[0], terms[1] / terms[0] if terms[0] else 0.0
    if all(math.isclose(b - a, step) for a, b in pairwise(terms)):
        return same(answer, n * (2 * terms[0] + (n - 1) * step) / 2)
    if ratio and all(math.isclose(b / a, ratio) for a, b in pairwise(terms)):
        return same(answer, terms[0] * (1 - ratio**n) / (1 - ratio))
    return None


def _dice(question: str, answer: str) -> bool | None:
    found = re.search(
        r"probability of (?:rolling|getting|throwing)\s+exactly\s+(\w+)\s+(?:\w+?)s?\b[^?]*?\b(\w+)\s+(?:fair\s+|"
        r"six-sided\s+|standard\s+)*(dice|coins)",
        question,
        re.I,
    )
    if not found:
        return None
    counts = [WORDS.get(word.lower()) or (int(word) if word.isdigit() else None) for word in (found[1], found[2])]
    k, n = counts
    if k is None or n is None or n > 60:
        return None
    p = 1 / 6 if found[3].lower() == "dice" else 1 / 2
    return same(answer, math.comb(n, k) * p**k * (1 - p) ** (n - k))


def _determinant(question: str, answer: str) -> bool | None:
    found = re.search(r"\[\[\s*(-?\d+)\s*,\s*(-?\d+)\s*\]\s*,\s*\[\s*(-?\d+)\s*,\s*(-?\d+)\s*\]\]", question)
    if not found or "determinant" not in question.lower():
        return None
    a, b, c, d = (int(each) for each in found.groups())
    power = re.search(r"determinant of (?:\w+ )?[A-Z]\s*(?:\^|\*\*)?\s*([²³⁴]|\d)", question)
    exponent = int(power[1].translate(SUPER)) if power else 1
    return same(answer, (a * d - b * c) ** exponent)


def _inverse_square(question: str, answer: str) -> bool | None:
    if not re.search(r"gravitation|coulomb|inverse[- ]square|intensity of light", question, re.I):
        return None
    found = re.search(r"distance\b.*?\b(doubled|tripled|quadrupled|halved)", question, re.I)
    if not found:
        return None
    factor = {"doubled": 2.0, "tripled": 3.0, "quadrupled": 4.0, "halved": 0.5}[found[1].lower()]
    truth = 1 / factor**2
    text = re.sub(r"(?i)\b(?:decreases?|reduces?d?|drops?|falls?|becomes?|changes?)\b.*?\b(?:factor of|by|to)\b", "", answer)
    return same(text, truth) or (same(text, 1 / truth) and bool(re.search(r"decreas|reduc|weak|drop|less", answer, re.I)))


def _percent(question: str, answer: str) -> bool | None:
    found = re.search(r"\b(\d+(?:\.\d+)?)\s*(?:%|percent) of\s+(\d+(?:,\d{3})*(?:\.\d+)?)", question, re.I)
    if not found:
        return None
    return same(answer.replace("%", ""), float(found[1]) / 100 * float(found[2].replace(",", "")))


def _plain(question: str, answer: str) -> bool | None:
    found = re.search(
        r"(?:what is|calculate|compute|evaluate)\s*:?\s*([\d\s+\-*/×÷^().,−²³√]+?)\s*(?:\?|=|\.?$)", question, re.I
    )
    if not found or not re.search(r"\d\s*[+\-*/×÷^−²³]|√", found[1]):
        return None
    truth = value(found[1])
    return None if truth is None else same(answer, truth)
