"""The present rows of an inventory, as a pre-filled template shows them."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd
import shapely

from circle.crs import WGS84, project
from circle.duplicates import same_types
from circle.errors import InputError
from circle.inventory import Inventory
from circle.problems import problem_in
from circle.profile import Profile
from circle.raw_table import fold_name
from circle.single_tables import KINDS
from circle.tables import Column

Value = str | float | date
Row = Mapping[str, Value]

_DEGREE_DIGITS = 7
_HOME = {"facilities": "subdistrict", "committees": "subdistrict_id"}


def rows_to_send(
    old: Inventory, *, profile: Profile, language: str, subdistricts: Sequence[str] = ()
) -> list[Row]:
    """
    Write the rows of an inventory as a street office is to see them.

    Parameters
    ----------
    old
        The inventory.
    profile
        The profile whose type names are used.
    language
        ``zh`` or ``en``.
    subdistricts
        Only the rows of these subdistricts, by name or code as the inventory writes
        them; all if none is given.

    Returns
    -------
    rows
        Column of circle to value, empty ones left out; ``x`` and ``y`` are longitude
        and latitude in WGS-84.

    Raises
    ------
    InputError
        If no row names one of the subdistricts.
    """
    wanted = np.flatnonzero(_of_subdistricts(old, subdistricts))
    table = old.table.iloc[wanted]
    shapes = table.geometry.to_numpy()
    lon, lat = project(
        shapely.get_x(shapes), shapely.get_y(shapes), source=table.crs, target=WGS84
    )
    places = {"x": np.round(lon, _DEGREE_DIGITS), "y": np.round(lat, _DEGREE_DIGITS)}
    columns: dict[str, Sequence[Value | None]] = {
        column.name: _written(table[column.name], column, language)
        for column in KINDS[old.kind].columns
        if column.name in table.columns and column.name != "geometry"
    }
    if old.kind == "facilities":
        columns["type_id"] = _labels(table, profile, language)
    for axis, numbers in places.items():
        columns[axis] = [float(one) if np.isfinite(one) else None for one in numbers]
    return [
        {
            name: value
            for name, values in columns.items()
            if (value := values[at]) is not None
        }
        for at in range(len(table))
    ]


def _of_subdistricts(old: Inventory, names: Sequence[str]) -> pd.Series:
    """
    Tell which rows are of some subdistricts.

    Raises
    ------
    InputError
        If none is.
    """
    column = _HOME[old.kind]
    if not names:
        return pd.Series(data=True, index=old.table.index)
    homes = pd.Series("", index=old.table.index)
    if column in old.table.columns:
        homes = old.table[column].fillna("").astype(str)
    own = homes.map(fold_name).isin([fold_name(one) for one in names])
    if not own.any():
        known = tuple(sorted({one for one in homes if one}))
        problem = problem_in(
            old.raw,
            "no-rows-of-subdistrict",
            column="",
            name="、".join(names),
            known=known,
        )
        raise InputError(problem)
    return own


def _labels(table: pd.DataFrame, profile: Profile, language: str) -> list[str]:
    """Give the types the names that the drop-down list offers."""
    names = {
        one.id: one.label.zh if language == "zh" else one.label.en
        for one in profile.types
    }
    return [
        names.get(one, str(written))
        for one, written in zip(
            same_types(table, profile), table["type_id"], strict=True
        )
    ]


def _written(values: pd.Series, column: Column, language: str) -> list[Value | None]:
    """Write the values of a column; choices as the drop-down list offers them."""
    kept = [None if pd.isna(one) else one for one in values]
    if column.kind in {"number", "count"}:
        return [None if one is None else float(one) for one in kept]
    if column.kind == "date":
        return [None if one is None else date.fromisoformat(one) for one in kept]
    if column.kind == "choice" and language == "zh":
        return [None if one is None else column.choices[one][0] for one in kept]
    return [None if one is None else str(one) for one in kept]
