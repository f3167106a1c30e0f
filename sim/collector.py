"""Python's cyclic garbage collector, kept from looking again and again at records that live on.

An episode makes many small values that stay (entries, messages) and next to no cycles. With the default thresholds the
collector walks them all every few hundred allocations; message-heavy episodes then run at half their speed.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

THRESHOLDS = (100_000, 20, 100)


@contextmanager
def calm_collector() -> Iterator[None]:
    """Within the block, collect seldom, and leave what was there before alone. For whoever owns the process: a sweep."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
