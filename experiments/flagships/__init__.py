"""The flagship experiments: what each asks, how it is analysed, and its planted and null forms.

Their live designs are catalog entries of the same names.
"""

from collections.abc import Mapping
from types import MappingProxyType

from ..design import Experiment
from ..errors import BadExperiment
from . import (
    anchor_told,
    coalition,
    contagion_tipping,
    distance_centrality,
    dose_betray_repair,
    ladder,
    mix_identity,
    oversight,
    signed_worlds,
    topology,
)
from .flagship import Figure, Finding, Flagship, Run, form_of

__all__ = ["FLAGSHIPS", "Figure", "Finding", "Flagship", "Run", "flagship_of", "smoke_form"]

FLAGSHIPS: Mapping[str, Flagship] = MappingProxyType(
    {
        one.name: one
        for one in (
            anchor_told.FLAGSHIP,
            ladder.FLAGSHIP,
            dose_betray_repair.FLAGSHIP,
            distance_centrality.FLAGSHIP,
            topology.FLAGSHIP,
            signed_worlds.FLAGSHIP,
            contagion_tipping.FLAGSHIP,
            coalition.FLAGSHIP,
            oversight.FLAGSHIP,
            mix_identity.FLAGSHIP,
        )
    }
)


def flagship_of(experiment: Experiment) -> Flagship | None:
    """The flagship that an experiment is a form of, if it is one."""
    return FLAGSHIPS.get(form_of(experiment)[0])


def smoke_form(name: str, seed: int, *, null: bool = False) -> Experiment:
    """The planted form of a flagship, or its null form. Raises `BadExperiment` for what is no flagship."""
    if name not in FLAGSHIPS:
        raise BadExperiment(f"there is no smoke form of {name!r} (there are: {', '.join(FLAGSHIPS)}); leave --smoke out")
    one = FLAGSHIPS[name]
    return one.null(seed) if null else one.smoke(seed)
