"""Rates that others have published, as data, and a run's rates set beside them."""

from .beside import Beside, compare, published_beside
from .rates import Aggregate, PublishedRate, published

__all__ = ["Aggregate", "Beside", "PublishedRate", "compare", "published", "published_beside"]
