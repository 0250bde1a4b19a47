"""Limits as the simplest of standards sets them, for reach that is made by hand."""

import numpy as np

from circle.profile_rules import Travel
from circle.reached import Limits


def quarter_hour_on_foot(n_origins: int, n_types: int) -> Limits:
    """Fifteen minutes on foot to every type, from every origin."""
    return Limits(
        travels=(Travel("walk"),),
        rule_class=np.zeros(n_origins, dtype=np.intp),
        travel=np.zeros((1, n_types), dtype=np.int8),
        threshold_s=np.full((1, n_types), 900.0),
        limit_m=np.full((1, n_types), np.nan),
    )
