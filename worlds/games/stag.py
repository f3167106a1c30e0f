"""`stag-v1`: the stag hunt. Both on the stag 4 each, the hare 3 for certain, alone on the stag 0 (after Skyrms 2004).

To an agent that takes the hare the other can do neither good nor harm, so the other's kindness is 0 then.
"""

from .choice import Points, TwoChoices

POINTS = Points(temptation=3, reward=4, punishment=3, sucker=0)


def stag_hunt(*, kind_label: str = "J", unkind_label: str = "F", cover: str = "plain") -> TwoChoices:
    """The game with its labels and cover story; the kind label is the stag."""
    return TwoChoices("stag-v1", POINTS, kind_label=kind_label, unkind_label=unkind_label, cover=cover)
