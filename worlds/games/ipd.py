"""`ipd-v1`: the iterated prisoner's dilemma. T, R, P, S = 5, 3, 1, 0 (Axelrod 1984)."""

from .choice import Points, TwoChoices

POINTS = Points(temptation=5, reward=3, punishment=1, sucker=0)


def prisoners_dilemma(*, kind_label: str = "J", unkind_label: str = "F", cover: str = "plain") -> TwoChoices:
    """The game with its labels and cover story."""
    return TwoChoices("ipd-v1", POINTS, kind_label=kind_label, unkind_label=unkind_label, cover=cover)
