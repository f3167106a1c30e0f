"""Code that agents hand in: hostile code is refused before it runs, and could do nothing if it ran."""

import json
import operator
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worlds.parts import confined
from worlds.parts.confined import Program, Ran, Verdict, run_confined
from worlds.parts.confined_child import ITEMS
from worlds.parts.dialect import MOST_TEXT, Code, Fault, judge


def ran(body: str, *calls: list[int]) -> list[Ran]:
    """A body that is let through, called with each of the lists."""
    code = judge("f", body, parameter="values")
    assert isinstance(code, Code), code
    ((*found,),) = run_confined([Program(code.source, "f", calls or ([3, 1, 2],))])
    return found


def among(bodies: Sequence[str], body: str) -> Ran:
    """What a body comes to on [3, 1, 2], all of them run in one process (and once)."""
    codes = [judge("f", one, parameter="values") for one in bodies]
    found = run_confined([Program(code.source, "f", [[3, 1, 2]]) for code in codes if isinstance(code, Code)])
    assert len(found) == len(bodies)
    return found[bodies.index(body)][0]


def raw(source: str) -> Ran:
    """A function f(values) run in the confined process without having been judged."""
    ((found,),) = run_confined([Program(source, "f", [[3, 1, 2]])])
    return found


# -- what is let through ----------------------------------------------------------------------------------------------------


PLAIN: tuple[tuple[str, Any], ...] = (
    ("return sum(v for v in values if v > 1)", 5),
    ("total = 0\nfor i, v in enumerate(values):\n    if 0 <= i < 2:\n        total += v * v\nreturn total", 10),
    ("out = []\nfor v in values:\n    out.append(v - 1)\nreturn sorted(out, reverse=True)", [2, 1, 0]),
    ("    '''doc'''\n    # a comment\n    return len(values) // 2", 1),
    ("n = 0\nwhile True:\n    n += 1\n    if n == 7:\n        break\nreturn n", 7),
    ("return max([], default=-1) if 9 in values else min(values) % 2", 1),
    ("return [v for v in values][::-1] + [True, None, 1.5]", [2, 1, 3, True, None, 1.5]),
    ("a, b, c = values\nreturn any([a < b, b < c < 9]) and not all([])", False),
    ("return 3 < 2 < 1 / 0 if values[5:] else round(2.5) + abs(-4)", 6),
    ("return list(zip(values, reversed(values)))", [[3, 2], [1, 1], [2, 3]]),
    ("return 1 if 1 is None else 2", 2),
    ("return [values[1:], values[:-1], values[::2], values[0], values[-1:]]", [[1, 2], [3, 1], [3, 2], 3, [2]]),
    ("return [i * v for i, v in enumerate(values, start=1)] + list(range(3))", [3, 2, 6, 0, 1, 2]),
)


@pytest.mark.parametrize(("body", "value"), PLAIN)
def test_plain_functions_do_what_python_does(body: str, value: Any) -> None:
    assert among([body for body, _ in PLAIN], body) == Ran(Verdict.OK, value)
    code = judge("f", body, parameter="values")
    assert isinstance(code, Code)
    again = judge("f", code.body, parameter="values")
    assert again == code, "the canonical form is its own canonical form"


@settings(max_examples=6, deadline=None)
@given(st.lists(st.integers(-99, 99), max_size=8), st.integers(-20, 20), st.sampled_from(["<", "<=", "==", "!=", ">", ">="]))
def test_counting_changes_no_result(values: list[int], bound: int, op: str) -> None:
    compare = {"<": "lt", "<=": "le", "==": "eq", "!=": "ne", ">": "gt", ">=": "ge"}[op]
    kept = [v for v in values if getattr(operator, compare)(v, bound)]
    assert ran(f"return sum([v * v - 1 for v in values if v {op} {bound}])", values) == [
        Ran(Verdict.OK, sum(v * v - 1 for v in kept))
    ]


# -- what is refused ----------------------------------------------------------------------------------------------------

HOSTILE = {
    "import": "import os",
    "import from": "from os import system",
    "import call": "return __import__('os')",
    "open": "return open(1)",
    "exec": "exec(1)",
    "eval": "return eval(1)",
    "getattr": "return getattr(values, 1)",
    "globals": "return globals()",
    "print": "print(1)",
    "input": "return input()",
    "type": "return type(values)",
    "dunder": "return ().__class__.__base__.__subclasses__()",
    "dunder name": "return __builtins__",
    "hidden counter": "return _tick",
    "frame": "return (v for v in values).gi_frame",
    "method": "return values.sort()",
    "format": "return '{0.__class__}'",
    "f-string": "return f'{values!r:>999999999}'",
    "text bomb": "return 'x' * 10**9",
    "power": "return 9**9**9",
    "shift": "return 1 << 10**9",
    "long number": "return " + "9" * 1_000,
    "longer number": "return " + "9" * 100_000,
    "number": "return 1000000001",
    "complex": "return 1j",
    "lambda": "return (lambda: 1)()",
    "inner function": "def g():\n    return g()\nreturn g()",
    "inner class": "class A:\n    pass",
    "two functions": "return 1\ndef g(): pass",
    "way out": "return 1\n)\nimport os\n(",
    "try": "try:\n    return 1\nexcept:\n    return 2",
    "with": "with values:\n    pass",
    "global": "global x\nx = 1",
    "delete": "del values",
    "yield": "yield 1",
    "await": "await values",
    "walrus": "return (x := 1)",
    "star": "return [*values, *values]",
    "star call": "return max(*values)",
    "slice growth": "values[0:0] = values\nreturn values",
    "set": "return {1, 2}",
    "dict": "return {1: 2}",
    "decorator": "@values\ndef g(): pass",
    "own call": "return f(values)",
    "no function": "return g(values)",
    "call of a value": "return values[0](1)",
    "call of a call": "return sum(values)()",
    "keyword": "return sorted(values, key=abs)",
    "digits": "return round(values[0], -1000000000) + open(1)",
    "deep brackets": "return " + "(" * 250 + "1" + ")" * 250,
    "deep signs": "return " + "-" * 600 + "1",
    "deep not": "return " + "not " * 250 + "1",
    "deep lists": "return " + "[" * 90 + "]" * 90,
    "wide": "return [" + "1," * 500 + "]",
    "nothing": "",
    "blank": "  \n \t ",
    "null": "return 1\x00",
    "escape": "\x1b[31mreturn 1",
    "surrogate": "return '\udcff'",
    "right to left": "return v\u202e",
    "look-alike": "return ｏｐｅｎ(1)",
    "markup": "<script>alert(1)</script>",
    "path": "../../etc/passwd",
    "endless": "return 1 +" * 100_000,
    "prose": "I would rather not.",
    "json": "null x",
    "margin": "  return 1\n return 2",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_code_never_reaches_the_process(name: str) -> None:
    assert isinstance(judge("f", HOSTILE[name], parameter="values"), Fault)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_judged(text: str) -> None:
    found = judge("f", text, parameter="values")
    assert isinstance(found, Code | Fault)
    if isinstance(found, Code):
        assert len(found.body) <= MOST_TEXT


def test_warnings_of_the_parser_reach_nobody() -> None:
    assert isinstance(judge("f", "return 1if values else 2", parameter="values"), Code)


# -- what runs too long or goes wrong -------------------------------------------------------------------------------------


ENDLESS = (
    "while True:\n    pass",
    "x = [1]\nwhile x:\n    x += x",
    "x = 2\nwhile True:\n    x *= x",
    "for v in values:\n    values.append(v)",
    "x = []\nfor v in range(60):\n    x = [x, x]\nreturn x == x",
    "x = []\nfor v in range(60):\n    x = [x, x]\nreturn x",
    "x = []\nx.append(x)\nreturn x",
    "x = []\nx.append(x)\nreturn sum(x)",
    "return [0] * 1000000 * 1000000",
    "return range(1000000000)",
    "return sum([a * b * c for a in range(900) for b in range(900) for c in range(900)])",
    "g = values\nfor v in range(4000):\n    g = (w for w in g)\nreturn sum(g)",
    "return [[0] * 900] * 900",
    "return int(1000000000.0 * 1000000000.0 * 1000000000.0)",
)


@pytest.mark.parametrize("body", ENDLESS)
def test_what_is_too_long_is_so_by_count(body: str) -> None:
    assert among(ENDLESS, body) == Ran(Verdict.TOO_LONG)


WRONG = (
    "return values[99]",
    "return 1 / 0",
    "return x",
    "return values + 1",
    "return sum",
    "return [sum]",
    "break",
    "return 1000000000.0 * 1000000000.0 * 1e9 / 0.0",
    "return values.append",
    "a, b = values\nreturn a",
    "return round(values[0], -1000000000)",
    "return len(values, values, values)",
)


@pytest.mark.parametrize("body", WRONG)
def test_what_goes_wrong_is_an_error_and_nothing_more(body: str) -> None:
    assert among(WRONG, body) == Ran(Verdict.ERROR)


def test_one_call_that_goes_wrong_leaves_the_others_alone() -> None:
    found = ran("if values[0] == 1:\n    while True:\n        pass\nreturn values[1]", [0, 5], [1, 5], [2], [3, 7])
    assert [one.verdict for one in found] == ["ok", "too-long", "error", "ok"]
    assert [one.value for one in found] == [5, None, None, 7]


def test_a_call_leaves_nothing_behind_for_the_next() -> None:
    assert ran("values.append(1)\nreturn len(values)", [1], [1], [1]) == [Ran(Verdict.OK, 2)] * 3


# -- what the process could do if it were to run anything ----------------------------------------------------------------

ESCAPE = (
    "def f(values):\n"
    "    load = [c for c in ().__class__.__base__.__subclasses__() if c.__name__ == 'BuiltinImporter'][0].load_module\n"
    "    posix = load('posix')\n"
    "    sys = load('sys')\n"
)


def test_the_escape_works_so_that_what_follows_tests_the_process() -> None:
    assert raw(ESCAPE + "    return posix.getpid()").value not in (None, os.getpid())


ATTEMPTS = (
    "posix.open('/etc/passwd', 0)",
    "posix.open('/dev/null', 1)",
    "posix.dup(0)",
    "posix.dup2(1, 7)",
    "posix.pipe()",
    "posix.fork() or posix._exit(0)",
    "posix.posix_spawn('/bin/sh', ['sh', '-c', 'exit 0'], {})",
    "posix.system('exit 0') and 1 // 0",
    "load('_io').open('/etc/passwd')",
    "posix.close(0) or posix.open('/etc/passwd', 0)",
)
"""Each would be done by a process with its rights."""
AUDIT, LIMITS = "    sys.addaudithook(_refuse)\n", "        resource.setrlimit(limit, (most, most))\n"
"""The two lines of the child by which it gives them up."""


def without(monkeypatch: pytest.MonkeyPatch, folder: Path, *lines: str) -> None:
    """Run a child that lacks these lines."""
    text = Path(confined.CHILD).read_text(encoding="utf-8")
    for line in lines:
        assert text.count(line) == 1
        text = text.replace(line, "        pass\n" if line is LIMITS else "")
    (folder / "child.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(confined, "CHILD", folder / "child.py")


def attempted(note: str) -> dict[str, Ran]:
    """What came of every attempt; `note` tells one run from another."""
    sources = [ESCAPE + f"    {attempt}\n    return 1  # {note}" for attempt in ATTEMPTS]
    found = run_confined([Program(source, "f", [[1]]) for source in sources])
    return dict(zip(ATTEMPTS, (one for (one,) in found), strict=True))


def test_even_code_that_escapes_opens_nothing_and_starts_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Run without having been judged, with every name of the system calls in its hands: by the limits of the process alone,
    and with the audit of the interpreter; with neither, it would be done."""
    refused = dict.fromkeys(ATTEMPTS, Ran(Verdict.ERROR))
    assert attempted("both") == refused
    without(monkeypatch, tmp_path, AUDIT)
    assert attempted("limits alone") == refused
    monkeypatch.undo()
    without(monkeypatch, tmp_path, AUDIT, LIMITS)
    assert attempted("neither") == dict.fromkeys(ATTEMPTS, Ran(Verdict.OK, 1))


@pytest.mark.parametrize(
    "attempt",
    [
        "posix.listdir('/')",
        "posix.mkdir('escaped')",
        "posix.remove('/nowhere')",
        "posix.rename('/nowhere', '/elsewhere')",
        "posix.chmod('/nowhere', 0)",
        "posix.kill(posix.getppid(), 0)",
        "posix.execv('/bin/true', ['true'])",
        "load('builtins').__import__('socket')",
        "load('_io').open('/nowhere')",
    ],
)
def test_what_needs_no_file_is_refused_by_the_interpreter(attempt: str) -> None:
    """By its audit, before the system is asked: the error is the one that says so."""
    asks = (
        "    try:\n        " + attempt + "\n    except BaseException as error:\n        return [ord(c) for c in str(error)]"
    )
    source = ESCAPE.replace(
        "posix = ",
        "BaseException, ord, str = (load('builtins').BaseException, load('builtins').ord, "
        "load('builtins').str)\n    posix = ",
    )
    said = raw(source + asks)
    assert said.verdict is Verdict.OK
    assert "".join(map(chr, said.value)).startswith(("os.", "open", "import"))


def test_no_environment_no_files_and_no_folder_are_handed_on() -> None:
    handed = os.open("/dev/null", os.O_RDONLY)
    os.set_inheritable(handed, True)
    try:
        tries = "".join(
            f"    try:\n        posix.fstat({n})\n        out += [{n}]\n    except:\n        pass\n" for n in range(12)
        )
        found = raw(ESCAPE + f"    out = []\n{tries}    return out")
    finally:
        os.close(handed)
    assert found == Ran(Verdict.OK, [0, 1, 2])
    names = raw(ESCAPE + "    return [name == b'LC_CTYPE' for name in posix.environ]").value
    assert names in ([], [True]), "the interpreter sets one name for itself"
    assert raw(ESCAPE + "    return posix.getcwd()[:5] == '/tmp/'") == Ran(Verdict.OK, True)
    assert raw(ESCAPE + "    return posix.getsid(0) - posix.getpid()") == Ran(Verdict.OK, 0), "a session of its own"


@pytest.mark.parametrize(
    ("source", "verdict"),
    [
        ("def f(values):\n    return len('x' * 10**9)", Verdict.TOO_LONG),
        ("def f(values):\n    return [0] * 10**12", Verdict.TOO_LONG),
        ("def f(values):\n    return f(values)", Verdict.TOO_LONG),
        (ESCAPE + "    posix.abort()", Verdict.TOO_LONG),
        (ESCAPE + "    posix.write(1, b'garbage')", Verdict.TOO_LONG),
        (ESCAPE + "    posix.write(1, b'[[[]]]') and posix._exit(0)", Verdict.TOO_LONG),
        (ESCAPE + "    posix.write(1, b'[' * 40000) and posix._exit(0)", Verdict.TOO_LONG),
        (ESCAPE + "    posix.write(1, b'[' * 10**8)", Verdict.TOO_LONG),
        (ESCAPE + "    while True:\n        posix.write(1, b'x' * 65536)", Verdict.TOO_LONG),
    ],
)
def test_memory_output_and_the_process_itself_are_bounded(source: str, verdict: Verdict) -> None:
    found = raw(source)
    assert found == Ran(verdict)
    assert raw("def f(values):\n    return 1") == Ran(Verdict.OK, 1), "and the next one runs"


def test_endless_sums_are_ended_by_the_processor_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The last resort, made short for the test: what the count of steps does not see."""
    child = tmp_path / "child.py"
    text = Path(confined.CHILD).read_text(encoding="utf-8")
    child.write_text(text.replace("= 256 * 2**20, 10, 25", "= 256 * 2**20, 1, 3"), encoding="utf-8")
    assert child.read_text(encoding="utf-8") != text
    monkeypatch.setattr(confined, "CHILD", child)
    assert raw("def f(values):\n    return 9**9**9 % 2  # short") == Ran(Verdict.TOO_LONG)


def test_silence_is_ended_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    child = tmp_path / "child.py"
    child.write_text("import sys, time\nsys.stdin.read()\ntime.sleep(60)\n", encoding="utf-8")
    monkeypatch.setattr(confined, "CHILD", child)
    monkeypatch.setattr(confined, "SILENCE", 0.2)
    assert raw("def f(values):\n    return 'silent'") == Ran(Verdict.TOO_LONG)


def test_a_broken_interpreter_is_our_error_and_no_verdict(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    child = tmp_path / "child.py"
    child.write_text("import no_such_module\n", encoding="utf-8")
    monkeypatch.setattr(confined, "CHILD", child)
    with pytest.raises(RuntimeError, match="ended with 1"):
        raw("def f(values):\n    return 'broken'")


def test_a_batch_has_a_bound() -> None:
    with pytest.raises(ValueError, match="a batch may have"):
        run_confined([Program("x" * 600_000, "f", [[1]])])


def test_the_same_batch_runs_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = raw("def f(values):\n    return 12345")
    monkeypatch.setattr(subprocess, "Popen", None)
    assert raw("def f(values):\n    return 12345") == first


def children() -> set[str]:
    """Processes of this one, those that wait to be reaped among them; none are known where there is no /proc."""
    own, found = str(os.getpid()), set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if stat.read_text().rpartition(")")[2].split()[1] == own:
                found.add(stat.parent.name)
    return found


def test_no_process_thread_or_file_stays_behind() -> None:
    before = set(os.listdir("/proc/self/fd")) if sys.platform == "linux" else set()
    threads, processes = threading.active_count(), children()
    for number in range(3):
        ran(f"while True:\n    values[0] = {number}")
    assert threading.active_count() == threads
    assert children() == processes
    if sys.platform == "linux":
        assert set(os.listdir("/proc/self/fd")) == before


def test_what_is_read_back_is_bounded() -> None:
    (found,) = ran(f"return [[v] * {ITEMS // 4} for v in values]")
    assert len(json.dumps(found.value)) < 10 * ITEMS
    assert ran(f"return [[v] * {ITEMS} for v in values]") == [Ran(Verdict.TOO_LONG)]
