"""The looks of a sequential run: blocks of snapshots, the primary contrast after each, and whether to go on.

A look is taken once, written into the journal, and never taken again: a run that is resumed goes by what was seen.
"""

from collections.abc import Iterable, Iterator

from .design import Experiment, Unit
from .designs import SequentialDesign
from .locking import primary_in
from .results import Results, read_results
from .stats import Decision, Look, look
from .store import RunFolder

DRAWS = 199_999
"""Permutations at a look: the first boundary of four lies at p = 0.00005."""


def blocks(experiment: Experiment) -> Iterator[tuple[int, Iterable[Unit]]]:
    """The number of each look and the units that must be done for it; one block, number 0, where there are no looks."""
    design = experiment.design
    if not isinstance(design, SequentialDesign):
        yield 0, experiment.units()
        return
    begin = 0
    for number, end in enumerate(design.ends(experiment.snapshots), start=1):
        yield number, [unit for unit in experiment.units() if begin <= unit.replicate < end]
        begin = end


def looks(folder: RunFolder) -> tuple[Look, ...]:
    """The looks taken so far, in order."""
    design = folder.experiment.design
    if not isinstance(design, SequentialDesign):
        return ()
    notes = [folder.journal.note(_name(number)) for number in range(1, design.looks + 1)]
    return tuple(Look.model_validate(note) for note in notes if note is not None)


def take_look(folder: RunFolder, number: int) -> Look:
    """Look at the primary contrast over the blocks so far, or say what was seen there before.

    Trials that failed are missing from it: what a later session makes of them does not change the look.
    """
    there = folder.journal.note(_name(number))
    if there is not None:
        return Look.model_validate(there)
    experiment, design = folder.experiment, folder.experiment.design
    assert isinstance(design, SequentialDesign)
    ends = design.ends(experiment.snapshots)
    rows = [row for row in read_results(folder) if row.replicate < ends[number - 1]]
    found = primary_in(folder).of(Results(experiment, rows), draws=DRAWS)
    taken = look(
        number,
        len(ends),
        found.estimate,
        found.p_value,
        kind=design.boundary,
        alpha=design.alpha,
        futility=design.futility,
    )
    folder.journal.write_note(_name(number), taken.model_dump(mode="json"))
    return taken


def said(taken: Look) -> str:
    """A look in one line."""
    z = "could not tell" if taken.z is None else f"z = {taken.z:+.2f}"
    power = "" if taken.conditional_power is None else f", conditional power {taken.conditional_power:.0%}"
    return f"look {taken.number} of {taken.of}: {z}, boundary {taken.boundary:.2f}{power}; {taken.decision}"


def stops(taken: Look) -> bool:
    """Whether the sweep ends here."""
    return taken.decision in (Decision.REJECT, Decision.FUTILE)


def _name(number: int) -> str:
    return f"look {number}"
