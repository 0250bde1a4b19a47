"""Python's search for cycles of objects, at rest while many are made."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """
    Pause the search for cycles of objects while many are made that have none.

    Yields
    ------
    nothing
        Rows, texts and points are made by the hundred thousand, and so is what large
        packages define when they are imported; every so often Python would look at
        all of it again, which took a fifth of a load and a tenth of the imports.

    Examples
    --------
    >>> with collector_at_rest():
    ...     gc.isenabled()
    False
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()
