"""What a measure of a run gives: its value, what it is of, whether its agents were planted, and what its test permutes."""

from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np

from .errors import BadExperiment
from .networks import (
    Cascade,
    Communities,
    Comparison,
    Frustration,
    Hazard,
    SignedGraph,
    balance_test,
    compare_mechanisms,
    frustration,
    hazard,
    history_distance,
    majority_pull,
    modularity_test,
    signed_communities,
    spread,
    walk_balance,
)
from .networks.contagion import Spread, at_risk
from .networks.nulls import Floats, Ints
from .networks.pull import Pull
from .networks.signed import BalanceTest
from .stats import NullModel

T = TypeVar("T")

LONGEST = 240
"""Characters of a value that are shown."""


class NotIdentified(BadExperiment):
    """The design of a run cannot tell what was asked; the message says what is missing and which design could."""


class Found(Generic[T]):
    """`value`, and what has to be known of it wherever it is shown: `nature` (planted, live or imported), `what` it is.

    `null_model` is the one its test rests on, None for a description.
    """

    def __init__(self, value: T, *, nature: str, what: str, said: str = "") -> None:
        self.value, self.nature, self.what = value, nature, what
        self._said = said or str(value)

    @property
    def null_model(self) -> NullModel | None:
        """What the test permutes."""
        found = getattr(self.value, "null_model", None)
        return found if isinstance(found, NullModel) else None

    @property
    def planted(self) -> bool:
        """Whether it says nothing about any model."""
        return self.nature == "planted"

    def __repr__(self) -> str:
        said = self._said if len(self._said) <= LONGEST else f"{self._said[:LONGEST]} …"
        test = f" (null model {self.null_model})" if self.null_model else ""
        return f"{self.nature.upper()} {self.what}{test}: {said}"


class _View:
    """Measures of one thing, each reckoned when it is asked for."""

    def __init__(self, nature: str, what: str) -> None:
        self.nature, self.what = nature, what

    def __repr__(self) -> str:
        return f"{self.nature.upper()} {self.what}"

    def _found(self, value: T, what: str, said: str = "") -> Found[T]:
        return Found(value, nature=self.nature, what=f"{what}, {self.what}", said=said)


class SignedHistory(_View):
    """The signed graph at the end of one history; `signs` are those of its ties beyond `threshold`."""

    def __init__(self, graph: SignedGraph, *, threshold: float, nature: str, what: str) -> None:
        super().__init__(nature, what)
        self.graph, self.threshold = graph, threshold

    @property
    def signs(self) -> Ints:
        """n x n, symmetric, of -1, 0 and 1."""
        return self.graph.signs(self.threshold)

    def balance(self, *, seed: int = 0, draws: int = 999) -> Found[BalanceTest]:
        """Share of balanced triangles against signs dealt anew (N4)."""
        return self._found(balance_test(self.signs, seed=seed, draws=draws), "triad balance")

    def walk_balance(self) -> Found[float]:
        """Closed walks of every length."""
        return self._found(walk_balance(self.signs), "walk balance")

    def frustration(self, *, time_limit_s: float = 20.0) -> Found[Frustration]:
        """The ties against the best two factions."""
        return self._found(frustration(self.signs, time_limit_s=time_limit_s), "frustration")

    def communities(self, *, seed: int = 0) -> Found[Communities]:
        """The partition of largest signed modularity."""
        found = signed_communities(self.graph.weights, seed=seed)
        sizes = np.bincount(found.label)
        return self._found(found, "communities", f"{len(sizes)} of {', '.join(map(str, sizes))} agents")

    def modularity(self, *, seed: int = 0, draws: int = 99) -> Found[Any]:
        """Signed modularity against graphs with the same signed degrees (N5)."""
        return self._found(modularity_test(self.signs, seed=seed, draws=draws), "signed modularity")

    def distances(self) -> Floats:
        """History distance from each agent to each other, in nats."""
        return history_distance(self.graph.weights)


class Spreading(_View):
    """The cascades of a run. All of it describes: what one more protector does is `Run.seeds`."""

    def __init__(self, cascades: list[Cascade], *, nature: str, what: str) -> None:
        super().__init__(nature, what)
        self.cascades = cascades

    def hazard(self) -> Found[Hazard]:
        """Log-odds of acting at a step, by what was seen. Raises `NotIdentified` where there is nothing to fit."""
        return self._found(_told(lambda: hazard(at_risk(self.cascades))), "hazard of the first protective act")

    def mechanisms(self, *, seed: int = 0) -> Found[Comparison]:
        """Independent cascade or threshold. Raises `NotIdentified` where no act follows what was seen."""
        return self._found(_told(lambda: compare_mechanisms(self.cascades, seed=seed)), "mechanism of spreading")

    def spread(self) -> Found[Spread]:
        """Size, pace and reach."""
        return self._found(_told(lambda: spread(self.cascades)), "spread")

    def pull(self) -> Found[Pull]:
        """How strongly the majority that was seen pulls."""
        return self._found(_told(lambda: majority_pull(self.cascades)), "pull of the majority")


def _told(reckon: Any) -> Any:
    try:
        return reckon()
    except ValueError as error:
        raise NotIdentified(f"{error}; a run shows more with more rounds, `layer.observe` and more snapshots") from None


class JointActs(NamedTuple):
    """C2 in one snapshot: whether agents act together at all, and who with whom."""

    joint: Any
    together: Any
    null_model: NullModel


class Bits(NamedTuple):
    """Acts over the replicates of forks: mean total correlation and O-information of a group in bits, the test that total
    correlation is more than each agent's own readiness makes, and the synchrony of first acts."""

    total_correlation: float
    o_information: float
    joint: Any
    synchrony: Any
    groups: int
    null_model: NullModel


class Reputation(NamedTuple):
    """What was said of whom in one history, how far off it was by teller, and who is shunned."""

    statements: tuple[Any, ...]
    errors: dict[Any, Any]
    ostracism: dict[Any, Any]
