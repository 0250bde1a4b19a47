"""Say which area, committee and mode each origin belongs to, and where places lie."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from circle.areas import locate, nearest_committee
from circle.profile import AREA_CLASSES, COMMITTEE_KINDS, Profile
from circle.study import Study


def assign_origins(
    study: Study, profile: Profile, tables: dict[str, gpd.GeoDataFrame]
) -> dict[str, gpd.GeoDataFrame]:
    """
    Give all origins their mode, cells and buildings their committee.

    Parameters
    ----------
    study
        The study; says how cells without a committee count.
    profile
        The standard, whose rule gives the modes.
    tables
        Subdistricts, committees, cells, buildings, facilities and candidates.

    Returns
    -------
    tables
        With the columns that `City` names beside the contracts.
    """
    homes = tables["subdistricts"]
    area_class = dict(zip(homes["subdistrict_id"], homes["area_class"], strict=True))
    committees, cells = tables["committees"].copy(), tables["cells"].copy()
    buildings = tables["buildings"].copy()
    kind = dict(zip(committees["committee_id"], committees["kind"], strict=True))
    committees["committee_kind"] = committees["kind"]
    for origins in (cells, buildings):
        origins["committee_id"] = nearest_committee(origins, committees)
        origins["committee_kind"] = _looked_up(
            origins["committee_id"], kind, study.committee_kind
        ).tolist()
    for origins in (committees, cells, buildings):
        origins["area_class"] = _looked_up(origins["subdistrict_id"], area_class, None)
        home, rule_class = origin_codes(origins, homes)
        origins["mode"] = modes_of(origins, rule_class, profile)
        origins["home"], origins["rule_class"] = home, rule_class
    people = cells.groupby("committee_id")["population"].sum()
    own = committees["committee_id"].map(people)
    committees["population"] = own.fillna(0.0).astype(float)
    return {
        **tables,
        "committees": committees,
        "cells": cells,
        "buildings": buildings,
        "facilities": _with_home(tables, "facilities"),
        "candidates": _with_home(tables, "candidates"),
    }


def origin_codes(
    origins: gpd.GeoDataFrame, subdistricts: gpd.GeoDataFrame
) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
    """
    Give the numbers by which coverage is counted and rules are found.

    Parameters
    ----------
    origins
        Committees or cells with ``subdistrict_id``, ``area_class`` and
        ``committee_kind``.
    subdistricts
        Contract ``subdistricts``.

    Returns
    -------
    home
        Row of each origin's subdistrict, shape (origins,).
    rule_class
        Place of its area class and committee kind among all pairs of them, in the
        order of `rules.rule_table`, shape (origins,).
    """
    home = pd.Index(subdistricts["subdistrict_id"]).get_indexer(
        origins["subdistrict_id"]
    )
    area = pd.Categorical(origins["area_class"], categories=AREA_CLASSES).codes
    kind = pd.Categorical(origins["committee_kind"], categories=COMMITTEE_KINDS).codes
    rule_class = area.astype(np.int64) * len(COMMITTEE_KINDS) + kind
    return home.astype(np.int32), rule_class.astype(np.int8)


def modes_of(
    origins: pd.DataFrame, rule_class: NDArray[np.int8], profile: Profile
) -> NDArray[np.object_]:
    """
    Give the mode of each origin by its area class and committee kind.

    Parameters
    ----------
    origins
        Committees, cells or buildings with `area_class` and `committee_kind`.
    rule_class
        What `origin_codes` gives for them, shape (origins,).
    profile
        The standard.

    Returns
    -------
    modes
        ``walk`` or ``cycle``, shape (origins,).
    """
    _, first, place = np.unique(rule_class, return_index=True, return_inverse=True)
    modes = np.empty(len(first), dtype=object)
    for i, row in enumerate(first):
        pair = origins[["area_class", "committee_kind"]].iloc[row]
        modes[i] = profile.rule.mode_for(*pair)
    return np.asarray(modes[place])


def _looked_up(
    keys: pd.Series, known: Mapping[str, str], other: str | None
) -> NDArray[np.object_]:
    """Look up each key, each distinct one once; `other` for what is not known."""
    code, distinct = pd.factorize(keys.to_numpy(dtype=object))
    # A missing key has the code -1, the last place.
    found = [*(known.get(one, other) for one in distinct), other]
    return np.array(found, dtype=object)[code]


def _with_home(tables: Mapping[str, gpd.GeoDataFrame], name: str) -> gpd.GeoDataFrame:
    """Say in which subdistrict each row of a table lies."""
    table = tables[name].copy()
    table["subdistrict_id"] = locate(table.geometry, tables["subdistricts"])
    return table
