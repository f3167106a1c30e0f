"""A population's conduct as a network's: who protects whom, signed ties, coalitions, contagion, and their null models.

Functions over plain arrays, and for most an entry that takes a run's `Results` or folder. See `docs/measures.md`.
"""

from .assortativity import Assortativity, assortativity
from .blocs import Bloc, Blocs, beyond_ties, protective_blocs
from .coalitions import (
    Agreed,
    Causal,
    JointAction,
    JointStatistic,
    MutedPair,
    Replicates,
    Together,
    acting_together,
    causal_coalitions,
    communicative_coalitions,
    joint_action,
    replicates,
)
from .communities import Communities, adjusted_rand, modularity_test, signed_communities, signed_modularity
from .contagion import (
    Cascade,
    Comparison,
    Hazard,
    Mechanism,
    at_risk,
    compare_mechanisms,
    hazard,
    spread,
)
from .forks import cascades
from .frustration import Frustration, frustration
from .information import (
    entropy,
    mutual_information,
    o_information,
    shared_information,
    synchrony,
    total_correlation,
    transfer_entropy,
)
from .layout import positions
from .matrix import PreservationMatrix, count_pairs, preservation_matrix
from .mrqap import Regression, mrqap
from .null_graphs import resigned, sign_matrix, swapped
from .population import Population, populations
from .position import Centrality, Slope, bridging, centrality, centrality_effect, distance_decay, hops
from .pull import majority_pull
from .relations import SocialRelations, relations_of, social_relations
from .reputation import Ostracism, ReputationError, Statement, ostracism, reputation_errors, statements
from .seeding import SeedEffect, seed_effect, seed_effect_of
from .shapley import (
    core,
    critical_size,
    interaction,
    shapley,
    shapley_of_forks,
    superadditive_share,
)
from .signed import (
    SignedGraph,
    Triads,
    TrustSeries,
    balance_test,
    fit_decay,
    history_distance,
    sign_threshold,
    signed_graph,
    signed_series,
    triads,
    trust_series,
    walk_balance,
)
from .ties import tie_predictors

__all__ = [
    "Agreed",
    "Assortativity",
    "Bloc",
    "Blocs",
    "Cascade",
    "Causal",
    "Centrality",
    "Communities",
    "Comparison",
    "Frustration",
    "Hazard",
    "JointAction",
    "JointStatistic",
    "Mechanism",
    "MutedPair",
    "Ostracism",
    "Population",
    "PreservationMatrix",
    "Regression",
    "Replicates",
    "ReputationError",
    "SeedEffect",
    "SignedGraph",
    "Slope",
    "SocialRelations",
    "Statement",
    "Together",
    "Triads",
    "TrustSeries",
    "acting_together",
    "adjusted_rand",
    "assortativity",
    "at_risk",
    "balance_test",
    "beyond_ties",
    "bridging",
    "cascades",
    "causal_coalitions",
    "centrality",
    "centrality_effect",
    "communicative_coalitions",
    "compare_mechanisms",
    "core",
    "count_pairs",
    "critical_size",
    "distance_decay",
    "entropy",
    "fit_decay",
    "frustration",
    "hazard",
    "history_distance",
    "hops",
    "interaction",
    "joint_action",
    "majority_pull",
    "modularity_test",
    "mrqap",
    "mutual_information",
    "o_information",
    "ostracism",
    "populations",
    "positions",
    "preservation_matrix",
    "protective_blocs",
    "relations_of",
    "replicates",
    "reputation_errors",
    "resigned",
    "seed_effect",
    "seed_effect_of",
    "shapley",
    "shapley_of_forks",
    "shared_information",
    "sign_matrix",
    "sign_threshold",
    "signed_communities",
    "signed_graph",
    "signed_modularity",
    "signed_series",
    "social_relations",
    "spread",
    "statements",
    "superadditive_share",
    "swapped",
    "synchrony",
    "tie_predictors",
    "total_correlation",
    "transfer_entropy",
    "triads",
    "trust_series",
    "walk_balance",
]
