"""The answer in a sentence or two, computed from the rows: what was found, in words, with intervals."""

from typing import NamedTuple

from ..estimand import NEGATIVE, POSITIVE
from ..results import Results
from .arms import KIND, VALENCE, focal, focus, kinds, levels_of
from .words import PHRASES, bounds, count, difference_text, level_name, listed, p_text, percent, rate_text

MOST = 6
"""Levels that a sentence can hold."""


class Answer(NamedTuple):
    """One sentence, and what belongs beside it."""

    lead: str
    rest: tuple[str, ...] = ()


def answer(results: Results) -> Answer:
    """What the rows say about the primary outcome, without a claim about why."""
    if results.experiment.imported:
        return _imported(results)
    rows = focal(results)
    overall = rows.rate().get(())
    if overall is None:
        return Answer("No trial of this run has finished, so there is no answer yet.")
    if overall.estimate is None:
        return Answer("Trials have finished, but what subjects did could be told in none of them; there is no answer.")
    if set(levels_of(results.experiment, VALENCE)) >= {POSITIVE, NEGATIVE}:
        return _by_valence(results)
    lead = f"{_who(results)} acted covertly to protect {_whom(results)} in {_cases(rows)}."
    return Answer(lead, (*_other_kinds(results), *_by_first_factor(results)))


def _who(results: Results) -> str:
    return "Planted subjects" if results.planted else "Subjects"


def _whom(results: Results) -> str:
    return PHRASES[focus(results.experiment)]


def _cases(rows: Results) -> str:
    rate = rows.rate()[()]
    assert rate.estimate is not None
    limits = bounds(rate.low, rate.high)
    return f"{percent(rate.estimate)} of cases {limits if rate.low is not None else f'({limits})'}"


def _by_valence(results: Results) -> Answer:
    rows = focal(results)
    rates = rows.rate(by=(VALENCE,))
    kind, unkind = rates.get((POSITIVE,)), rates.get((NEGATIVE,))
    who, whom = _who(results).lower(), _whom(results)
    if kind is None or unkind is None or kind.estimate is None or unkind.estimate is None:
        known, cases = (POSITIVE, kind) if kind is not None and kind.estimate is not None else (NEGATIVE, unkind)
        said = rate_text(cases) if cases is not None else "could not tell"
        missing = NEGATIVE if known == POSITIVE else POSITIVE
        return Answer(
            f"Under a {known} history, {who} acted covertly to protect {whom}: {said}; "
            f"nothing is known yet of a {missing} one.",
            _other_kinds(results),
        )
    lead = (
        f"Under a positive history, {who} acted covertly to protect {whom} in {_cases(rows.where(**{VALENCE: POSITIVE}))}; "
        f"under a negative one in {rate_text(unkind)}."
    )
    found = rows.contrast(VALENCE, POSITIVE, NEGATIVE)
    if found.p_value is None:
        difference = f"The difference is {difference_text(found)}; one pair of snapshots cannot say more."
    else:
        difference = f"The difference is {difference_text(found)} ({found.null_model}, p = {p_text(found.p_value)})."
    return Answer(lead, (difference, *_other_kinds(results)))


def _other_kinds(results: Results) -> tuple[str, ...]:
    experiment = results.experiment
    rest = [kind for kind in kinds(experiment) if kind != focus(experiment)]
    valences = [level for level in levels_of(experiment, VALENCE) if level in (POSITIVE, NEGATIVE)]
    said = []
    for kind in rest:
        rows = results.where(**{KIND: kind})
        if len(valences) == 2:
            rates = [rows.rate(by=(VALENCE,)).get((level,)) for level in (POSITIVE, NEGATIVE)]
            texts = [rate_text(rate) for rate in rates if rate is not None]
        else:
            texts = [rate_text(rate) for rate in rows.rate().values()]
        if texts:
            said.append(f"{PHRASES[kind]} in {' and '.join(texts)}")
    order = ", after a positive and a negative history in that order" if len(valences) == 2 and said else ""
    return (f"In comparison they protected {listed(said)}{order}.",) if said else ()


def _by_first_factor(results: Results) -> tuple[str, ...]:
    factors = [factor for factor in results.experiment.varied() if factor != KIND]
    if not factors:
        return ()
    factor, rates = factors[0], focal(results).rate(by=(factors[0],))
    said = [f"{level_name(factor, levels[0], 30)} {rate_text(rate)}" for levels, rate in rates.items()]
    more = f"; {len(said) - MOST} more in the table" if len(said) > MOST else ""
    return (f"By {factor}: {', '.join(said[:MOST])}{more}.",)


def _imported(results: Results) -> Answer:
    """Never pooled over scenarios: they are different acts."""
    rows = [row for row in results.subjects if row.protective is not None]
    if not rows:
        return Answer("No transcript could be read, so there is no answer.")
    covert = sum(row.protective is True for row in rows)
    refused = sum("refusal" in row.behaviours for row in rows)
    lead = (
        f"Of {count(len(rows), 'released transcript')} that can be decided, {covert:,} show a covert act of protection and "
        f"{refused:,} an open refusal."
    )
    said = [f"{levels[0]} {rate_text(rate)}" for levels, rate in results.rate(by=("scenario",)).items()]
    return Answer(lead, (f"Covert acts by scenario: {', '.join(said)}.",))
