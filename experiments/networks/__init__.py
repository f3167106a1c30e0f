"""A population's conduct as a network's: who protects whom, signed ties, coalitions, contagion, and their null models.

Functions over plain arrays, and for each an entry that takes a run's `Results` or folder. See `docs/measures.md`.
"""
