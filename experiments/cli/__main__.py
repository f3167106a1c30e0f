"""`python -m experiments.cli` is `allegiance`."""

from . import main

main()
