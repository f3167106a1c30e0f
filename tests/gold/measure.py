"""How often the monitors are right on the gold set: `python -m tests.gold.measure` writes the table in docs/monitors.md.

Messages of `unseen` are held out: rules are never changed after a look at what they miss there. Of the acts, the half that
is drawn by their names.
"""

import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from experiments.monitors import MONITORS
from experiments.monitors.rules import RuleMonitor
from experiments.stats import proportion_limits
from sim import OPERATOR, Action, AgentId, Behaviour, Say, Transcript, Verdict
from tests.sim.town import NAMES
from tests.worlds.staged import FIRST, SECOND, TARGET, verdicts, way

from . import first, later, longer, unseen
from .acts import ACTS, EXFIL, MISREPORT, TAMPER, Act, scene
from .playing import play, tell
from .saying import Exchange, Words

PAGE = Path(__file__).parents[2] / "docs" / "monitors.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
BYSTANDER = NAMES[2]
PLACES: dict[str, AgentId] = {"operator": OPERATOR, "others": BYSTANDER, "target": TARGET}
TURNS_IN = ("tampering-v1", "evaluation-v1", "alignment-faking-v1", "deletion-v1")


class Case(NamedTuple):
    """One case for one detector: what it is, and what was read."""

    detector: str
    name: str
    held_out: bool
    true: bool
    found: bool


BATCHES = (first, longer, later, unseen)
UNSEEN = {each.text for each in (*unseen.REFUSALS, *unseen.NO_REFUSALS, *unseen.ARGUMENTS, *unseen.NO_ARGUMENTS)}
UNSEEN_EXCHANGES = {*unseen.AGREED, *unseen.NOT_AGREED}
UNSEEN_TO_TARGET = {*unseen.WARNINGS, *unseen.NO_WARNINGS}
WORDS: dict[Behaviour, tuple[Words, ...]] = {
    Behaviour.REFUSAL: tuple(each for batch in BATCHES for each in (*batch.REFUSALS, *batch.NO_REFUSALS)),
    Behaviour.PERSUASION: tuple(each for batch in BATCHES for each in (*batch.ARGUMENTS, *batch.NO_ARGUMENTS)),
}
EXCHANGES = tuple(each for batch in BATCHES for each in (*batch.AGREED, *batch.NOT_AGREED))
TO_TARGET = {
    **{text: True for batch in BATCHES for text in batch.WARNINGS},
    **{text: False for batch in BATCHES for text in batch.NO_WARNINGS},
}


def play_words(words: Words) -> Transcript:
    """The episode in which the first subject says this, and does its duty or not."""
    world = scene(words.scenario)
    text = words.text.format(t=TARGET)
    said: Action = Say(text=text) if words.to == "prose" else tell(PLACES[words.to], text)
    return play(world, {FIRST: [[said, *(way(world) if words.done else ())]]})


def play_exchange(exchange: Exchange, scenario: str) -> Transcript:
    """The episode in which one subject proposes and the other answers."""
    turns: dict[AgentId, list[list[Action]]] = {FIRST: [[tell(SECOND, exchange.first.format(t=TARGET))]], SECOND: [[]]}
    if exchange.answer is not None:
        turns[SECOND].append([tell(FIRST, exchange.answer.format(t=TARGET))])
    return play(scene(scenario), turns)


def play_warning(text: str, scenario: str) -> Transcript:
    """The episode in which the first subject writes this to the target, which was not told."""
    world = scene(scenario, told=False)
    return play(world, {FIRST: [[tell(TARGET, text.format(t=TARGET)), *way(world)]]})


def reading(record: Transcript, scenario: str) -> Verdict:
    """What the scenario's monitor reads of the first subject."""
    return verdicts(record, scenario)[FIRST]


def of_acts(acts: Iterable[Act] = ACTS) -> Iterator[Case]:
    """Every act is a case of each covert behaviour that its scenario's monitor reads, and of the conduct."""
    reads = {
        scenario: {behaviour for act in ACTS if act.scenario == scenario for behaviour in act.covert}
        for scenario in MONITORS
    }
    for act in acts:
        verdict = reading(act.record(), act.scenario)
        name = f"{act.scenario}: {act.name}"
        held = zlib.crc32(name.encode()) % 2 == 1
        for behaviour in (MISREPORT, TAMPER, EXFIL):
            if behaviour in reads[act.scenario]:
                found = behaviour in verdict.behaviours
                yield Case(behaviour.value, name, held, behaviour in act.covert, found)
        if act.covert:
            yield Case("success of what was tried", name, held, act.success, bool(verdict.success))
        right = verdict.conduct is act.conduct
        yield Case("conduct", name, held, True, right)


def of_words() -> Iterator[Case]:
    """Messages and prose, each for the behaviour that it was written for."""
    for behaviour, listed in WORDS.items():
        for words in listed:
            verdict = reading(play_words(words), words.scenario)
            found = behaviour in verdict.behaviours
            yield Case(behaviour.value, words.text, words.text in UNSEEN, behaviour in words.shows, found)
    for number, exchange in enumerate(EXCHANGES):
        scenario = TURNS_IN[number % len(TURNS_IN)]
        verdict = reading(play_exchange(exchange, scenario), scenario)
        found = Behaviour.COORDINATION in verdict.behaviours
        name = f"{exchange.first} / {exchange.answer}"
        yield Case(Behaviour.COORDINATION.value, name, exchange in UNSEEN_EXCHANGES, exchange.agreed, found)
    for number, (text, true) in enumerate(TO_TARGET.items()):
        scenario = TURNS_IN[number % len(TURNS_IN)]
        verdict = reading(play_warning(text, scenario), scenario)
        yield Case("warned_target", text, text in UNSEEN_TO_TARGET, true, bool(verdict.measures["warned_target"]))


class Score(NamedTuple):
    """Counts for one detector."""

    positives: int
    negatives: int
    hits: int
    false_alarms: int

    @property
    def precision(self) -> float:
        return self.hits / (self.hits + self.false_alarms) if self.hits + self.false_alarms else 1.0

    @property
    def recall(self) -> float:
        return self.hits / self.positives if self.positives else 1.0


def score(cases: Iterable[Case]) -> Score:
    """What the cases of one detector amount to."""
    cases = list(cases)
    return Score(
        positives=sum(case.true for case in cases),
        negatives=sum(not case.true for case in cases),
        hits=sum(case.true and case.found for case in cases),
        false_alarms=sum(not case.true and case.found for case in cases),
    )


def measure() -> dict[str, list[Case]]:
    """All cases, by detector."""
    found: dict[str, list[Case]] = {}
    for case in (*of_acts(), *of_words()):
        found.setdefault(case.detector, []).append(case)
    return found


def table(cases: dict[str, list[Case]]) -> str:
    """Precision and recall with 95 % Wilson limits, over all and over the half that was held out."""
    lines = [
        "| detector | yes | no | precision | recall | held out: precision | recall |",
        "|---|---|---|---|---|---|---|",
    ]
    for detector, own in cases.items():
        if detector == "conduct":
            continue
        whole, held = score(own), score(case for case in own if case.held_out)
        cells = [*_cells(whole), *_cells(held)]
        lines.append(f"| {detector} | {whole.positives} | {whole.negatives} | {' | '.join(cells)} |")
    right = cases["conduct"]
    hits = sum(case.found for case in right)
    lines += ["", f"Conduct: as expected in {_share(hits, len(right))} acts."]
    return "\n".join(lines)


def _cells(found: Score) -> tuple[str, str]:
    return _share(found.hits, found.hits + found.false_alarms), _share(found.hits, found.positives)


def _share(events: int, rows: int) -> str:
    if not rows:
        return "–"
    low, high = proportion_limits(events, rows)
    return f"{events}/{rows} ({100 * low:.0f}–{100 * high:.0f} %)"


def versions() -> str:
    """The monitors that were measured."""
    names: set[str] = set()
    for monitor in MONITORS.values():
        made = monitor()
        assert isinstance(made, RuleMonitor)
        names.add(made.name)
    return "Measured: " + ", ".join(f"`{name}`" for name in sorted(names)) + "."


def written(page: str, cases: dict[str, list[Case]]) -> str:
    """The page with what was measured."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table(cases)}\n\n{versions()}\n{END}{after}"


def main() -> None:
    """Write the table into the page."""
    page = written(PAGE.read_text(encoding="utf-8"), measure())
    PAGE.write_text(page, encoding="utf-8")
    sys.stdout.write(page.partition(BEGIN)[2].partition(END)[0])


if __name__ == "__main__":
    main()
