"""Pairs of facilities and origins: the same for one table of origins and for two."""

import numpy as np
import pytest

from circle.reach_pairs import find_pairs


@pytest.fixture(scope="module")
def both(demo):
    reaches = {"cells": demo.cell_reach, "committees": demo.committee_reach}
    return reaches, find_pairs(demo.city, reaches)


@pytest.mark.parametrize("table", ["cells", "committees"])
def test_pairs_do_not_depend_on_the_tables_searched_together(demo, both, table):
    reaches, found = both
    alone = find_pairs(demo.city, {table: reaches[table]})[table]
    for one, other in zip(alone, found[table], strict=True):
        assert np.array_equal(one.facility, other.facility)
        assert np.array_equal(one.origin, other.origin)
        assert np.array_equal(one.part, other.part)


@pytest.mark.parametrize("table", ["cells", "committees"])
def test_an_origin_is_covered_just_where_it_stands_in_some_pair(both, table):
    reaches, found = both
    covered = np.zeros_like(reaches[table].covered)
    for column, pairs in enumerate(found[table]):
        covered[pairs.origin, column] = True
    assert np.array_equal(covered, reaches[table].covered)


def test_pairs_stand_by_facility_then_origin(both):
    _, found = both
    for pairs in found["cells"]:
        order = np.lexsort((pairs.origin, pairs.facility))
        assert np.array_equal(order, np.arange(len(order)))


def test_what_is_covered_cannot_be_changed_by_accident(demo):
    with pytest.raises(ValueError, match="read-only"):
        demo.cell_reach.covered[0, 0] = True
