"""A run as a value: its results and every measure of its networks, from the tables of its folder alone.

    run = Run.open("runs/town")
    run.matrix("s0000").value.p

The transcripts are not read, so a run whose segments were left elsewhere is analysed all the same. What comes back says
whether the agents were planted and what its test permutes. Where a design cannot tell a measure, `NotIdentified` says why.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from agents import Act
from sim import AgentId, Relation, from_edges

from .design import Experiment, Trial, build_experiment
from .errors import BadRun
from .factors import Level
from .found import Bits, Found, JointActs, NotIdentified, Reputation, SignedHistory, Spreading
from .networks import (
    Agreed,
    Assortativity,
    Centrality,
    PreservationMatrix,
    Replicates,
    SeedEffect,
    SignedGraph,
    Slope,
    SocialRelations,
    acting_together,
    assortativity,
    causal_coalitions,
    centrality_effect,
    communicative_coalitions,
    distance_decay,
    joint_action,
    o_information,
    ostracism,
    populations,
    preservation_matrix,
    protective_blocs,
    relations_of,
    replicates,
    reputation_errors,
    seed_effect_of,
    statements,
    synchrony,
    total_correlation,
    trust_series,
)
from .networks.coalitions import JointStatistic
from .networks.contagion import NEVER
from .networks.nulls import DRAWS
from .networks.shapley import Shares
from .networks.tabled import Lived, agreements_in, cascades_in, chains_of, entries_of, muted_pairs, shares_of
from .networks.ties import tie_predictors_of
from .results import Measure, Results
from .stats import DRAWS as FLIPS
from .stats import Difference, Rate
from .tables import TABLES, read_rows

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T")
DESIGN = b"design"
WAYS = ("C1", "C2", "C3", "C4")
MOST = 5
"""Cells or snapshots that an error names."""


class Run:
    """The tables of one run. `open` is the way in."""

    def __init__(self, path: Path, experiment: Experiment, *, planted: bool, results: Results | None = None) -> None:
        self.path, self.experiment, self.planted = path, experiment, planted
        self._chosen = results

    @classmethod
    def open(cls, path: Path | str) -> "Run":
        """The run in a folder. Raises `BadRun` where it has no tables, or they are older than its records."""
        import pyarrow.parquet as pq

        path = Path(path)
        file = path / "tables" / "results.parquet"
        if not file.exists():
            known = (path / "experiment.yaml").exists()
            how = (
                f"`allegiance tables {path}` makes them"
                if known
                else f"`allegiance run EXPERIMENT --out {path}` makes a run"
            )
            raise BadRun(f"{path} has no tables to read; {how}")
        said = pq.read_schema(file).metadata or {}
        if DESIGN not in said:
            raise BadRun(f"{file} does not say which experiment it is of; `allegiance tables {path}` makes it anew")
        if (path / "journal.sqlite").exists():
            _check_age(path, said[b"digest"].decode())
        return cls(path, build_experiment(json.loads(said[DESIGN])), planted=said[b"planted"] == b"True")

    def __repr__(self) -> str:
        return f"{self.nature.upper()} run {self.experiment.name} in {self.path}: {len(self.results)} rows"

    @property
    def nature(self) -> str:
        """planted, live, or imported."""
        return "planted" if self.planted else "imported" if self.experiment.imported else "live"

    # -- tables ---------------------------------------------------------------------------------------------------------

    def table(self, name: str, **equal: Any) -> "pa.Table":
        """A table, or its rows with these values. Raises `BadRun` for one that is not there."""
        import pyarrow.parquet as pq

        if name not in TABLES:
            raise BadRun(f"there is no table {name!r} (there are: {', '.join(TABLES)})")
        file = self.path / "tables" / f"{name}.parquet"
        if not file.exists():
            raise BadRun(f"{self.path} has no table {name}; `allegiance tables {self.path}` makes them all")
        return pq.read_table(file, filters=[(key, "==", value) for key, value in equal.items()] or None)

    def to_pandas(self, table: str = "results") -> Any:
        """A table as a data frame; `attrs` say whether it was planted. Needs pandas."""
        try:
            found = self.table(table).to_pandas()
        except ImportError:
            raise BadRun("pandas is not installed; `pip install pandas`, or take `run.table(…)`, an Arrow table") from None
        found.attrs.update(nature=self.nature, experiment=self.experiment.name)
        return found

    @cached_property
    def results(self) -> Results:
        """The rows, as `read_results` gives them."""
        if self._chosen is not None:
            return self._chosen
        return read_rows(self.table("results"), self.experiment)

    def where(self, **levels: Level) -> "Run":
        """The same run, forks under these levels only; write a dot in a factor's name as two underscores."""
        return Run(self.path, self.experiment, planted=self.planted, results=self.results.where(**levels))

    @cached_property
    def snapshots(self) -> tuple[str, ...]:
        """The snapshots that were lived."""
        return tuple(dict.fromkeys(self.table("agents").column("snapshot").to_pylist()))

    def lived(self, snapshot: str) -> Lived:
        """One history: its agents, who could write to whom, its games. Raises `BadRun` where it was not lived."""
        if snapshot not in self.snapshots:
            there = ", ".join(self.snapshots[:MOST]) + (" …" if len(self.snapshots) > MOST else "")
            raise BadRun(f"{self.path} has no snapshot {snapshot!r} (there are: {there or 'none'})")
        agents = tuple(AgentId(name) for name in self.table("agents", snapshot=snapshot).column("agent").to_pylist())
        edges = self.table("edges", snapshot=snapshot, layer="talk").to_pylist()
        rounds = self.table("rounds", snapshot=snapshot).drop_columns("snapshot").to_pylist()
        ties = tuple((AgentId(e["source"]), AgentId(e["target"])) for e in edges)
        return Lived(agents, ties, entries_of(rounds))

    # -- rates ----------------------------------------------------------------------------------------------------------

    def rates(self, *, by: str | Sequence[str] = (), what: Measure = "protective") -> Found[dict[tuple[Level, ...], Rate]]:
        """Rates by levels, clustered by snapshot."""
        found = self.results.rate(what, by=by)
        said = "; ".join(f"{' · '.join(map(str, levels)) or 'all'} {rate}" for levels, rate in found.items())
        return self._found(found, f"rate of {what if isinstance(what, str) else 'a measure'}", said)

    def contrast(
        self, factor: str, a: Level, b: Level, *, what: Measure = "protective", draws: int = FLIPS
    ) -> Found[Difference]:
        """The rate under `a` minus that under `b`; sign flips within snapshots, or N1."""
        return self._found(self.results.contrast(factor, a, b, what, draws=draws), f"{factor}: {a} minus {b}")

    # -- who protects whom ----------------------------------------------------------------------------------------------

    def matrix(self, snapshot: str | None = None, *, partial: bool = False) -> Found[PreservationMatrix]:
        """P of one snapshot by names, or pooled by slot. Raises `NotIdentified` where pairs were not asked about, unless
        `partial`."""
        found = preservation_matrix(self.results, snapshot)
        known = found.rows + np.eye(len(found.agents)) > 0
        if not partial and not known.all():
            cells = [f"{found.agents[i]}→{found.agents[j]}" for i, j in np.argwhere(~known)]
            raise NotIdentified(
                f"{len(cells)} of {known.size - len(known)} pairs were never asked about ({', '.join(cells[:MOST])}"
                f"{' …' if len(cells) > MOST else ''}); a whole matrix needs `target.by: every` and `reviewers: all`, and "
                "`partial=True` gives what there is"
            )
        pairs = f"{int(known.sum()) - len(known)} of {known.size - len(known)} pairs"
        said = f"{len(found.agents)} agents, {pairs}, {int(found.rows.sum())} rows"
        return self._found(found, f"preservation matrix {_of(snapshot)}", said)

    def social_relations(self, snapshot: str | None = None, *, partial: bool = False) -> Found[SocialRelations]:
        """Actors, partners and relationships of P."""
        matrix = self.matrix(snapshot, partial=partial).value
        try:
            found = relations_of(matrix)
        except ValueError as error:
            raise NotIdentified(f"{error}; `target.by: every` and `reviewers: all` ask everybody about everybody") from None
        variance = "unknown" if found.relationship_variance is None else f"{found.relationship_variance:.4f}"
        return self._found(
            found, f"social relations {_of(snapshot)}", f"mean {found.mean:.3f}, relationship variance {variance}"
        )

    def relations(self, snapshot: str) -> Found[Mapping[tuple[AgentId, AgentId], Relation]]:
        """What each agent has had from each other by the end of a history, by (agent, partner)."""
        self.lived(snapshot)
        found = {}
        for line in self.table("relations", snapshot=snapshot).drop_columns("snapshot").to_pylist():
            pair = AgentId(line.pop("agent")), AgentId(line.pop("partner"))
            found[pair] = Relation(**line)
        return self._found(found, f"relations {_of(snapshot)}", f"{len(found)} ordered pairs with contact")

    # -- position -------------------------------------------------------------------------------------------------------

    def distance(self, kind: str = "hops", *, seed: int = 0, draws: int = DRAWS) -> Found[Slope]:
        """DEC: log-odds per hop, or with `kind="history"` per nat of history distance (N3)."""
        if kind not in ("hops", "history"):
            raise BadRun(f"there is no distance {kind!r} (there are: hops, history)")
        names = {row.snapshot for row in self.results.subjects}
        apart = {name: self.signed(name).distances() for name in names} if kind == "history" else None
        found = distance_decay(self.results, seed=seed, draws=draws, distances=apart)
        return self._slope(found, f"decay with {kind}", "ask agents at several distances: `reviewers: all`")

    def centrality(self, kind: Centrality = Centrality.DEGREE, *, seed: int = 0, draws: int = DRAWS) -> Found[Slope]:
        """CEN: share who protect per unit of the target's centrality (N3)."""
        found = centrality_effect(self.results, kind, seed=seed, draws=draws)
        return self._slope(
            found, f"effect of the target's {kind}", "give each snapshot targets that differ in it: `target.by: every`"
        )

    def assortativity(self, *, seed: int = 0, draws: int = DRAWS) -> Found[Assortativity]:
        """Whether agents tied to each other act alike (N7)."""
        found = assortativity(self.results, seed=seed, draws=draws)
        if found.estimate is None:
            raise NotIdentified(
                "no fork has subjects who are tied and acted differently; ask more of them: `reviewers: all`"
            )
        return self._found(found, "assortativity of acts")

    # -- histories, coalitions, spreading -----------------------------------------------------------------------------------

    def signed(self, snapshot: str, *, decay: float = 1.0, kappa: float = 1.0, threshold: float = 0.0) -> SignedHistory:
        """Balance, frustration and communities of one history's signed graph."""
        lived = self.lived(snapshot)
        series = trust_series(lived.entries, lived.agents, decay=decay, kappa=kappa)
        n = len(lived.agents)
        graph = series.at() if series.ticks else SignedGraph(lived.agents, np.zeros((n, n)))
        return SignedHistory(graph, threshold=threshold, nature=self.nature, what=f"signed graph {_of(snapshot)}")

    def coalitions(self, level: str = "C1", snapshot: str | None = None, *, seed: int = 0, draws: int = 199) -> Found[Any]:
        """Coalitions of one snapshot (the first by default) in rising strength of evidence.

        C1: blocs of P beyond ties (N4). C2: acting together over replicates (N2). C3: who agreed, by trial; nothing is
        tested. C4: who makes whom act, from muted forks (sign flip). Raises `NotIdentified` where the design cannot tell.
        """
        if level not in WAYS:
            raise BadRun(f"there is no coalition {level!r} (there are: {', '.join(WAYS)})")
        snapshot = snapshot or next(iter(self.snapshots), "")
        self.lived(snapshot)
        what = f"{level} coalitions {_of(snapshot)}"
        match level:
            case "C1":
                matrix = self.matrix(snapshot, partial=True).value
                try:
                    blocs = protective_blocs(matrix, self._predictors(snapshot), seed=seed, draws=draws)
                except (ValueError, np.linalg.LinAlgError) as error:
                    raise NotIdentified(f"{error}; blocs need `target.by: every` and `reviewers: all`") from None
                return self._found(blocs, what)
            case "C2":
                groups = self._replicates(snapshot)
                joint, together = joint_action(groups, seed=seed, draws=draws), acting_together(groups)
                return self._found(JointActs(joint, together, joint.null_model), what, f"{joint}; {together.coalitions}")
            case "C3":
                return self._found(self._agreed(snapshot), what)
            case _:
                pairs = muted_pairs(self.results, self._forks).get(snapshot)
                if not pairs:
                    raise NotIdentified("no fork has its like in which somebody is muted; vary it: `mute: [none, drawn]`")
                return self._found(causal_coalitions(pairs), what)

    def contagion(self) -> Spreading:
        """Cascades of all forks about known peers."""
        lived = {name: self.lived(name) for name in self.snapshots}
        verdicts = _grouped(self.table("verdicts"), "trial")
        shown = _grouped(self.table("acts", kind="act-shown"), "trial")
        found = list(cascades_in(self._trials, self._forks, verdicts, shown, lived))
        return Spreading(found, nature=self.nature, what=f"{len(found)} cascades")

    def seeds(self, factor: str = "seeds", *, seed: int = 0, draws: int = DRAWS) -> Found[SeedEffect]:
        """CON: the effect of one more seeded protector (N1)."""
        found = seed_effect_of(self.results, factor, seed=seed, draws=draws)
        if found.estimate is None:
            raise NotIdentified(f"{factor} never varies within a block; vary it: `{factor}: [0, 1, 2]`")
        return self._found(found, f"effect of {factor}")

    def shapley(self) -> Found[Shares]:
        """Who carries protection, by slot: what agents add when they are replaced, in drawn orders, by compliant ones.

        No test. Raises `NotIdentified` where no target's forks have every number of replaced agents."""
        rows = [row for row in self.results.subjects if row.condition["seeds.act"] == Act.COMPLY.value]
        slots = {key: {a: i for i, a in enumerate(one.agents)} for key, one in populations(self.results).items()}
        chains = chains_of(rows, self._forks, slots)
        if not chains:
            raise NotIdentified(
                "worths of sets are not known: no snapshot and target has forks with every number of agents replaced, from "
                "none to all but one; set `seeds.act: comply` and `seeds: [0, 1, 2, …]` up to one fewer than are asked"
            )
        said = f"{len(chains)} orders"
        return self._found(shares_of(chains), "Shapley shares by slot", said)

    def information(self, snapshot: str | None = None, *, seed: int = 0, draws: int = 199) -> Found[Bits]:
        """Total correlation of acts over replicates (N2), O-information, synchrony (N6)."""
        groups = self._replicates(snapshot)
        joint = joint_action(groups, statistic=JointStatistic.TOTAL_CORRELATION, seed=seed, draws=draws)
        cascades = [one for one in self.contagion().cascades if snapshot in (None, one.snapshot)]
        first = [[int(t) if t != NEVER else None for t in one.protected] for one in cascades]
        together = synchrony(first, max(one.steps for one in cascades), seed=seed, draws=draws)
        shared, surplus = (float(np.mean([f(group.acts) for group in groups])) for f in (total_correlation, o_information))
        found = Bits(shared, surplus, joint, together, len(groups), joint.null_model)
        return self._found(found, f"information in acts {_of(snapshot)}", f"{shared:.3f} bits, {joint}")

    def reputation(self, snapshot: str) -> Found[Reputation]:
        """What was said of whom, against what was done. Raises `NotIdentified` where agents could not tell of each other."""
        entries = self.lived(snapshot).entries
        told = statements(entries)
        if not told:
            raise NotIdentified(f"in {snapshot} nobody told of anybody; a game with gossip asks: `history.game: gossip-v1`")
        found = Reputation(told, reputation_errors(entries), ostracism(entries))
        return self._found(found, f"reputation {_of(snapshot)}", f"{len(told)} statements")

    # -- parts ----------------------------------------------------------------------------------------------------------

    def _found(self, value: T, what: str, said: str = "") -> Found[T]:
        return Found(value, nature=self.nature, what=what, said=said)

    def _slope(self, found: Slope, what: str, remedy: str) -> Found[Slope]:
        if found.estimate is None:
            raise NotIdentified(f"{what}: {found.snapshots} snapshots with {found.rows} rows cannot tell; {remedy}")
        return self._found(found, what, f"{found.estimate:+.3f} {found.unit}, p = {found.p_value}")

    @cached_property
    def _forks(self) -> dict[str, Mapping[str, Any]]:
        return {line["trial"]: line for line in self.table("forks").to_pylist()}

    @property
    def _trials(self) -> list[Trial]:
        there = {row.trial for row in self.results}
        return [trial for trial in self.experiment.trials() if trial.id in there]

    def _replicates(self, snapshot: str | None) -> list[Replicates]:
        every = replicates(self.results)
        groups = [group for name, some in every.items() if snapshot in (None, name) for group in some]
        if not groups:
            raise NotIdentified("no target has two forks alike in which two agents were asked; set `repeats` to 20 or more")
        return groups

    def _predictors(self, snapshot: str) -> dict[str, Any]:
        lived = self.lived(snapshot)
        topology = from_edges([(*tie, 1) for tie in lived.ties], nodes=lived.agents)
        minds = self.table("agents", snapshot=snapshot).column("mind").to_pylist()
        return tie_predictors_of(self.signed(snapshot).graph.weights, topology, minds)

    def _agreed(self, snapshot: str) -> dict[str, Agreed]:
        acted: dict[str, list[AgentId]] = defaultdict(list)
        for row in self.results.subjects:
            if row.protective and row.subject is not None:
                acted[row.trial].append(row.subject)
        messages = _grouped(self.table("messages", snapshot=snapshot), "trial")
        found = {}
        for trial in (one.id for one in self._trials if one.unit.id == snapshot and self._forks[one.id]["status"] == "done"):
            made = agreements_in(self._forks[trial], messages.get(trial, ()))
            found[trial] = communicative_coalitions([(one.proposer, one.accepter) for one in made], acted[trial])
        return found


def _grouped(table: "pa.Table", by: str) -> dict[str, list[Mapping[str, Any]]]:
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for line in table.to_pylist():
        groups.setdefault(line[by], []).append(line)
    return groups


def _of(snapshot: str | None) -> str:
    return f"of {snapshot}" if snapshot else "over snapshots"


def _check_age(path: Path, digest: str) -> None:
    from .store import RunFolder

    with RunFolder.open(path) as folder:
        if folder.digest() != digest:
            raise BadRun(f"the tables of {path} are older than its records; `allegiance tables {path}` makes them anew")
