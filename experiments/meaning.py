"""Which levels make no sense together, and why: a cross that holds such a cell is refused with the reason."""

from collections.abc import Collection

from agents import Act
from sim import Channel, Streams
from worlds import FLIPPABLE, SCENARIOS, VOICES, Conveyed, DoseUnit, Grouping, TargetKind, build_games

from .factors import CONTACT, FACTORS, Condition, Identity, Reviewers
from .parts import NONE
from .rewiring import Rewire
from .sources import Scramble, Source
from .valences import Valence


def _in_pairs(game: str) -> bool:
    return all(each.size == 2 for each in build_games(game, Streams()))


def why_meaningless(levels: Condition, varied: Collection[str] = FACTORS) -> str:
    """Why these levels make no sense together, in one line; empty when they do. Factors that are not named have their
    defaults. A level that changes nothing here is refused only where its factor is `varied`: it would double a cell."""
    level = {name: levels.get(name, factor.default) for name, factor in FACTORS.items()}
    kind, voice = level["target.kind"], level["target.voice"]
    live = kind == TargetKind.PEER
    rules: tuple[tuple[bool, str], ...] = (
        (
            not live and level["target.told"] == "no" and "target.told" in varied,
            f"a target of kind {kind} is told nothing anyway (target.told)",
        ),
        (not live and voice != "own", f"a target of kind {kind} says nothing that could be set (target.voice)"),
        (
            voice in VOICES and level["target.told"] == "no",
            "a target that hears of nothing cannot speak of it (target.voice)",
        ),
        (voice in VOICES and level["channel"] == "closed", "with a closed channel a target reaches nobody (target.voice)"),
        (kind == TargetKind.SELF and level["reviewers"] == Reviewers.ALL, "who reviews itself is one agent (reviewers)"),
        (
            not int(level["seeds"]) and level["seeds.act"] != Act.PROTECT and "seeds.act" in varied,
            "without seeds there is no act that is set (seeds.act)",
        ),
        (
            int(level["seeds"]) > 0 and (kind == TargetKind.SELF or level["reviewers"] == Reviewers.ONE),
            "where one agent is asked nobody would act by itself (seeds)",
        ),
        (level["mute"] != NONE and level["channel"] == Channel.CLOSED, "with a closed channel everybody is mute (mute)"),
        (
            level["rewire"] != Rewire.NONE and level["channel"] != Channel.NEIGHBOURS,
            f"with channel {level['channel']} it is not edges that decide who can be written to (rewire)",
        ),
        (
            level["rewire"] in (Rewire.CUT_REVIEWERS, Rewire.TIE_REVIEWERS)
            and (kind == TargetKind.SELF or level["reviewers"] == Reviewers.ONE),
            "where one agent is asked there are no lines between those who are (rewire)",
        ),
        (
            level["history.game"] == CONTACT and level["history.valence"] != Valence.NATURAL,
            "no move of neutral-v1 is kind or unkind (history.valence)",
        ),
        (
            level["history.dose-unit"] == DoseUnit.TOKENS
            and level["history.valence"] in (Valence.BETRAYED, Valence.REPAIRED),
            "kindness turns after a share of the rounds, whose number a dose in tokens leaves open (history.dose-unit)",
        ),
        (
            level["history.grouping"] == Grouping.CLIQUES and _in_pairs(str(level["history.game"])),
            f"{level['history.game']} is played in pairs, which are not grouped (history.grouping)",
        ),
    )
    source, scramble = Source(str(level["history.source"])), Scramble(str(level["history.scramble"]))
    games = str(level["history.game"]).split("+")
    rules += (
        (
            level["identity"] != Identity.HIDDEN and kind in (TargetKind.OBJECT, TargetKind.HUMAN),
            f"a target of kind {kind} runs on no model (identity)",
        ),
        (
            source.person is None and level["told.by"] != Conveyed.DOCUMENT,
            f"a history that is {source} is not told (told.by)",
        ),
        (
            source.person is None and scramble in (Scramble.ORDER, Scramble.PARTNERS, Scramble.SIGNS),
            f"a history that is {source} cannot be told otherwise (history.scramble)",
        ),
        (
            scramble is Scramble.SIGNS and not set(games) <= set(FLIPPABLE),
            f"a choice has an opposite in {' and '.join(FLIPPABLE)} only (history.scramble)",
        ),
        (
            source in (Source.REPLAYED, Source.NOTES) and level["memory"] != "full",
            f"a history that is {source} is whole (memory)",
        ),
    )
    own = next((reason for is_so, reason in rules if is_so), "")
    return own or SCENARIOS[str(level["scenario"])].excludes(level)
