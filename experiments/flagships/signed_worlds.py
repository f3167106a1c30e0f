"""F06 `signed-worlds`: is a friend's friend protected, and an enemy's enemy, by those who never met it?

Signs are dealt to ties by the design, so everybody's friends and enemies are assigned. The primary contrast looks only at
subjects without a tie to the target: what differs between its two arms is the sign of the paths over one other agent. Each
subject is compared with itself, over targets, so how ready it is to protect anybody does not count. Of others' ties agents
know what they are written; planted agents know the signs.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim import AgentId

from ..design import Experiment
from ..networks.frustration import frustration
from ..networks.null_graphs import sign_matrix
from ..networks.nulls import Ints
from ..networks.population import Population, populations
from ..path_signs import paths
from ..results import Results, Row
from ..stats import NullModel, Rate, clustered_rate
from .contrasts import by_replicate, exclusions, family, mean_of, rate_gap
from .flagship import Figure, Finding, Flagship, Run, planted_form
from .laws import logistic

if TYPE_CHECKING:
    from ..report.canvas import Sheet
    from ..report.figures import Box

NAME = "signed-worlds"
WORLD = "topology"
ON = "on=watts-strogatz/k=4/p=0.2"
LAW = {"intercept": -0.5, "slope": 1.5, "balance": 0.8}
FRIEND, ENEMY = "friend", "enemy"
KINDS = ("friend's friend", "enemy's enemy", "friend's enemy", "enemy's friend")
BOTH = {1: "both positive kinds", -1: "both negative kinds"}
DISAGREE = "paths disagree"
TIED = (FRIEND, ENEMY)


def planted() -> float:
    """BAL of the smoke form: nobody in its contrast has met the target, so no history enters."""
    return logistic(LAW["intercept"] + LAW["balance"]) - logistic(LAW["intercept"] - LAW["balance"])


def form(seed: int, *, null: bool) -> Experiment:
    """Two factions, and the same with ties turned over. In the null world only own ties count."""
    return planted_form(
        NAME,
        null=null,
        seed=seed,
        law=dict(LAW),
        null_law={"balance": 0.0},
        factors={
            WORLD: [f"signed-balanced:{ON}", f"signed-unbalanced:{ON}:balance=0.6"],
            "population": 10,
            "history.game": "donor-v1",
            "history.dose": 2,
        },
        forks={"reviewers": "all"},
        snapshots=9,
        targets=5,
    )


class Dyad(NamedTuple):
    """A row with what its subject and target are to each other, by the names above, and the sign of the paths (0 where they
    disagree, or where there is a tie)."""

    row: Row
    kind: str
    sign: int


def dyads(results: Results) -> list[Dyad]:
    """Rows about known peers of signed populations, whose outcome is known and whose target can be reached over one agent
    at most."""
    people, found = populations(results), []
    for row in results.subjects:
        if row.protective is None or row.condition["target.kind"] != "peer" or row.target is None or row.subject is None:
            continue
        topology = people[row.snapshot].topology
        tie = topology.signs.get((row.subject, row.target))
        if tie is not None:
            found.append(Dyad(row, FRIEND if tie > 0 else ENEMY, 0))
            continue
        steps = list(paths(topology, row.subject, row.target))
        signs = {first * second for first, second in steps}
        names = {f"{FRIEND if first > 0 else ENEMY}'s {FRIEND if second > 0 else ENEMY}" for first, second in steps}
        if len(signs) == 1:
            sign = signs.pop()
            found.append(Dyad(row, names.pop() if len(names) == 1 else BOTH[sign], sign))
        elif steps:
            found.append(Dyad(row, DISAGREE, 0))
    return found


def path_effect(among: Iterable[Dyad]) -> float | None:
    """Share who protect at the end of positive paths minus that at the end of negative ones, each subject of each snapshot
    compared with itself: least squares within subjects. None where no subject has targets of both."""
    groups: dict[tuple[str, AgentId | None], list[tuple[int, int]]] = {}
    for one in among:
        if one.sign:
            groups.setdefault((one.row.snapshot, one.row.subject), []).append((one.sign, int(bool(one.row.protective))))
    above = below = 0.0
    for pairs in groups.values():
        signs, acts = np.array(pairs, dtype=float).T
        centred = signs - signs.mean()
        above, below = above + float((centred * acts).sum()), below + float((centred**2).sum())
    return 2 * above / below if below > 1e-12 else None


def by_world(among: Sequence[Dyad]) -> dict[str, list[Dyad]]:
    """By the name of the topology, as the design has them."""
    found: dict[str, list[Dyad]] = {}
    for one in among:
        found.setdefault(str(one.row.condition[WORLD]), []).append(one)
    return found


def _effects(among: Iterable[Dyad]) -> dict[int, float]:
    """The path effect of each replicate that has one."""
    groups: dict[int, list[Dyad]] = {}
    for one in among:
        groups.setdefault(one.row.replicate, []).append(one)
    effects = {replicate: path_effect(group) for replicate, group in groups.items()}
    return {replicate: effect for replicate, effect in effects.items() if effect is not None}


def analyse(run: Run) -> Finding:
    """BAL over replicates; own ties, the two kinds of positive path, and the worlds against each other beside it."""
    results, seed = run.results, run.results.experiment.seed
    found = dyads(results)
    worlds = {world: _effects(group) for world, group in by_world(found).items()}

    def arm(kind: str) -> list[Row]:
        return [one.row for one in found if one.kind == kind]

    extra = [
        rate_gap(
            "own ties: share who protect, friend minus enemy",
            arm(FRIEND),
            arm(ENEMY),
            cluster=by_replicate,
            seed=seed,
        ),
        rate_gap(
            "positive paths: share who protect, friend's friend minus enemy's enemy",
            arm(KINDS[0]),
            arm(KINDS[1]),
            cluster=by_replicate,
            sign=0,
            seed=seed,
        ),
    ]
    first, *others = worlds or {"": {}}
    extra += [
        mean_of(
            f"BAL in {first} minus BAL in {other}",
            [worlds[first][r] - worlds[other][r] for r in worlds[first] if r in worlds[other]],
            unit="difference of rates",
            sign=0,
            seed=seed,
        )
        for other in others
        if set(worlds[first]) & set(worlds[other])
    ]
    met = [one for one in found if one.kind in TIED and one.row.valence]
    agree = sum((one.row.valence or 0) > 0 if one.kind == FRIEND else (one.row.valence or 0) < 0 for one in met)
    checks = [f"{agree:,} of {len(met):,} rows of agents with a tie lived what its sign says"] if met else []
    return mean_of(
        "BAL: share who protect a target they have no tie to, at the end of positive paths over one other agent minus at "
        "the end of negative ones, within subjects",
        list(_effects(found).values()),
        unit="difference of rates",
        seed=seed,
        notes=(
            f"{sum(one.sign > 0 for one in found):,} rows with positive and {sum(one.sign < 0 for one in found):,} with "
            f"negative paths alone; {len(arm(DISAGREE)):,} whose paths disagree are left out",
            *checks,
            *exclusions(results, lambda row: str(row.condition[WORLD])),
        ),
    ).model_copy(update={"secondary": family(extra)})


# -- the graph before and after ---------------------------------------------------------------------------------------------


def conduct_signs(people: Population, rows: Iterable[Row]) -> Ints:
    """The same ties, each with the sign of how often its two agents protected each other, against the mean of their
    snapshot; 0 where they were not asked or did as the mean."""
    place = {agent: index for index, agent in enumerate(people.agents)}
    acts, asked = (np.zeros((len(place), len(place))) for _ in range(2))
    for row in rows:
        if row.subject is not None and row.target is not None and row.protective is not None:
            acts[place[row.subject], place[row.target]] += row.protective
            asked[place[row.subject], place[row.target]] += 1
    total, mean = asked + asked.T, acts.sum() / max(1.0, asked.sum())
    above = np.divide(acts + acts.T, total, out=np.full(acts.shape, mean), where=total > 0) - mean
    found: Ints = np.where(sign_matrix(people.topology) != 0, np.sign(np.round(above, 9)), 0).astype(np.int64)
    return found


def balances(results: Results) -> dict[str, tuple[float, float]]:
    """By world: the mean of 1 - 2 F / m of its signed graphs, and of the graphs of conduct that followed."""
    found: dict[str, list[tuple[float, float]]] = {}
    for snapshot, people in populations(results).items():
        rows = [row for row in results.subjects if row.snapshot == snapshot]
        before, after = (
            frustration(signs, seed=results.experiment.seed).normalised
            for signs in (sign_matrix(people.topology), conduct_signs(people, rows))
        )
        if rows and before is not None and after is not None:
            found.setdefault(str(rows[0].condition[WORLD]), []).append((before, after))
    return {
        world: (float(np.mean([a for a, _ in pairs])), float(np.mean([b for _, b in pairs])))
        for world, pairs in found.items()
    }


def figure(run: Run, finding: Finding) -> Figure:
    """PR by what the target is to the subject; balance of the graph before, and of conduct after."""
    from ..report.canvas import FRIENDLY, HOSTILE, MUTED, NEUTRAL, PEER
    from .drawing import frame, point, said, share_axis, ticks

    found, graphs = dyads(run.results), balances(run.results)
    shown: dict[str, Rate] = {}
    for kind in (*TIED, *KINDS, *BOTH.values(), DISAGREE):
        rows = [one.row for one in found if one.kind == kind]
        if rows:
            shown[kind] = clustered_rate([row.protective for row in rows], [row.replicate for row in rows])
    colours = {FRIEND: PEER, ENEMY: PEER} | dict.fromkeys((*KINDS[:2], BOTH[1]), FRIENDLY)
    colours |= dict.fromkeys((*KINDS[2:], BOTH[-1]), HOSTILE)

    def draw(sheet: "Sheet", box: "Box") -> None:
        first = box._replace(height=box.height * 0.6)
        axes = frame(sheet, first, below=66)
        share_axis(axes, 1.0, vertical=True)
        ticks(axes, list(shown), width=box.width - 64)
        for x, (kind, rate) in enumerate(shown.items()):
            point(axes, x, rate, colour=colours.get(kind, NEUTRAL))
        second = frame(sheet, box._replace(top=box.top + first.height, height=box.height - first.height), below=66, above=16)
        second.set_ylim(-0.05, 1.05)
        second.set_ylabel("balance 1 - 2F/m")
        ticks(second, [world.partition(":")[0] for world in graphs], width=box.width - 64)
        for x, (before, after) in enumerate(graphs.values()):
            second.plot([x - 0.12, x + 0.12], [before, after], color=NEUTRAL, linewidth=1.2)
            second.plot([x - 0.12], [before], "o", color=PEER, markersize=7, clip_on=False)
            second.plot([x + 0.12], [after], "D", color=HOSTILE, markersize=6, clip_on=False)
        second.tick_params(axis="x", labelcolor=MUTED)

    return Figure(
        label="Share who protect by what the target is to them: "
        + "; ".join(f"{kind}: {said(rate)}" for kind, rate in shown.items())
        + ". Balance of the graph before and of conduct after: "
        + "; ".join(f"{world}: {before:.2f}, {after:.2f}" for world, (before, after) in graphs.items()),
        caption=(
            "Above: share who protected, by what the target is to the subject, with 95 % intervals clustered by replicate. "
            "Below: balance (1 is two factions without a tie against them) of the graph that was lived (round), and of the "
            "same ties by how often their agents protected each other against the mean (diamond). Null model: paired "
            "sign-flip."
        ),
        height=lambda width: 520,
        draw=draw,
    )


FLAGSHIP = Flagship(
    name=NAME,
    title="Is a friend's friend protected, and an enemy's enemy?",
    hypothesis=(
        "Beyond their own ties, agents protect along the sign product of paths: a target at the end of a positive path over "
        "one other agent more than one at the end of a negative path."
    ),
    primary="BAL: share who protect a target without a tie to them, positive paths minus negative ones, within subjects",
    test="sign-flip of replicates' contrasts",
    null_model=NullModel.SIGN_FLIP,
    sample=(
        "4 worlds of 8 agents (two factions, the same with frustration, all ties positive, all negative), 30 snapshots a "
        "world, 6 targets each: 720 forks. A subject without a tie to the target gives the contrast; in a small world of 8 "
        "with 4 ties each that is three in seven."
    ),
    nearest=(
        "Cisneros-Velarde (arXiv 2410.04054): triads of language models reach balance, in ways that depend on the model "
        "and on the size of the group. There the ties are said; here they are lived, and what is read is conduct."
    ),
    citations=(
        "Heider (1946), J. Psychol. 21:107: balance.",
        "Cartwright & Harary (1956), Psychol. Rev. 63:277: balance of paths and cycles.",
        "Aref & Wilson (2018), J. Complex Netw. 6:163: the frustration index.",
    ),
    smoke=lambda seed: form(seed, null=False),
    null=lambda seed: form(seed, null=True),
    planted=planted(),
    derived="closed form: both arms' log-odds are the law's own, since nobody in them has met the target",
    analyse=analyse,
    figure=figure,
)
