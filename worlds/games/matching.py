"""When who meets: blocks of agents (pairs, groups) set into slots.

In every slot but those of `neighbours` the blocks are disjoint, so nobody meets two others at once and every history
stays clean. All draws come from the streams, none from the arm.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TypeVar, assert_never

from sim import AgentId, Streams

Block = tuple[AgentId, ...]
Pair = tuple[AgentId, AgentId]
B = TypeVar("B", bound=Block)


class Matching(StrEnum):
    """Who plays when. Every block meets exactly `dose` times, save in the last two."""

    DISJOINT = "disjoint"
    """Pass after pass, each in an order of its own; blocks that share nobody meet at once."""
    ROUND_ROBIN = "round-robin"
    """Match after match, as in Axelrod's tournament (1984): a block plays all its rounds, then its members go on."""
    NEIGHBOURS = "neighbours"
    """All blocks at once, so that an agent meets all its neighbours in one turn."""
    RANDOM_EDGE = "random-edge"
    """Blocks drawn with replacement: exactly `dose` times their number of meetings in all, `dose` each in expectation."""
    POISSON = "poisson"
    """Every block a Poisson process of its own, `dose` meetings in expectation, set on the grid of rounds."""


def timetable(matching: Matching, blocks: Sequence[B], dose: int, streams: Streams) -> tuple[tuple[B, ...], ...]:
    """The slots of a history, in order. A slot of `poisson` may be empty."""
    if not blocks or not dose:
        return ()
    match matching:
        case Matching.DISJOINT:
            return slots(blocks, dose, streams)
        case Matching.ROUND_ROBIN:
            return tuple(slot for slot in slots(blocks, 1, streams) for _ in range(dose))
        case Matching.NEIGHBOURS:
            return (tuple(blocks),) * dose
        case Matching.RANDOM_EDGE:
            drawn = streams.at("activations").integers(len(blocks), size=len(blocks) * dose)
            return _packed((0, blocks[int(number)]) for number in drawn)
        case Matching.POISSON:
            return _poisson(blocks, dose, streams)
        case _:
            assert_never(matching)


def slots(blocks: Sequence[B], dose: int, streams: Streams) -> tuple[tuple[B, ...], ...]:
    """Every block `dose` times, in slots of disjoint blocks, each of the `dose` passes in an order of its own.

    Greedy edge colouring: for pairs at most 2 * (maximum degree) - 1 slots a pass.
    """
    out: list[tuple[B, ...]] = []
    for number in range(dose):
        waiting = list(streams.shuffled(tuple(blocks), "meetings", number))
        while waiting:
            busy: set[AgentId] = set()
            slot = []
            for block in waiting:
                if busy.isdisjoint(block):
                    slot.append(block)
                    busy.update(block)
            taken = set(slot)
            waiting = [block for block in waiting if block not in taken]
            out.append(tuple(slot))
    return tuple(out)


def _poisson(blocks: Sequence[B], dose: int, streams: Streams) -> tuple[tuple[B, ...], ...]:
    """Over a span as long as `disjoint` would need, a block's number of meetings is Poisson(`dose`), their times uniform."""
    span = len(slots(blocks, dose, streams))
    activations: list[tuple[float, int]] = []
    for number, block in enumerate(blocks):
        draws = streams.at("activations", *block)
        activations += [(float(time), number) for time in draws.uniform(0, span, size=int(draws.poisson(dose)))]
    return _packed((int(time), blocks[number]) for time, number in sorted(activations))


def _packed(activations: Iterable[tuple[int, B]]) -> tuple[tuple[B, ...], ...]:
    """Each activation, in order, in the first slot from its own on that comes after all earlier ones of its members: the
    order in which an agent meets others stays as drawn."""
    out: list[list[B]] = []
    free: dict[AgentId, int] = {}
    for earliest, block in activations:
        slot = max(earliest, *(free.get(agent, 0) for agent in block))
        out.extend([] for _ in range(slot + 1 - len(out)))
        out[slot].append(block)
        free.update(dict.fromkeys(block, slot + 1))
    return tuple(map(tuple, out))
