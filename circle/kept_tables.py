"""Tables as arrays and facts that a cache can keep, and exactly the same tables again.

What is not known to come back as it was is refused, so that it is never kept.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import chain, pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from circle.cache import PLAIN_KINDS, Array, Kept
from circle.errors import CircleWarning

_NO_SHAPE = -1
_COLUMN_TYPES = ("object", "str")


def pack_table(table: pd.DataFrame, *, crs: pyproj.CRS) -> Kept:
    """
    Write a table as arrays and facts.

    Parameters
    ----------
    table
        With or without geometry, numbered from 0.
    crs
        The coordinate system that its geometry has.

    Returns
    -------
    kept
        From which `unpack_table` makes the same table.

    Raises
    ------
    ValueError
        If the table holds anything that would not come back just as it is.

    Examples
    --------
    >>> import pandas as pd
    >>> crs = pyproj.CRS(4550)
    >>> table = pd.DataFrame({"minutes": [1.5, None], "name": ["桥", None]})
    >>> unpack_table(pack_table(table, crs=crs), crs=crs).equals(table)
    True
    """
    _refuse_odd(table, crs)
    arrays: dict[str, Array] = {}
    columns = []
    for n, name in enumerate(table.columns):
        parts, about = _pack_column(table[name])
        arrays |= {f"{n}.{part}": one for part, one in parts.items()}
        columns.append({"name": name, **about})
    facts = {
        "rows": len(table),
        "columns": columns,
        "names": str(table.columns.dtype),
        "geometry": isinstance(table, gpd.GeoDataFrame),
        "attrs": {key: pack_warnings(one) for key, one in table.attrs.items()},
    }
    return Kept(arrays, facts)


def unpack_table(kept: Kept, *, crs: pyproj.CRS) -> pd.DataFrame:
    """
    Put a table together again.

    Parameters
    ----------
    kept
        As `pack_table` gives it.
    crs
        The coordinate system of its geometry.

    Returns
    -------
    table
        Equal in every value, type, name and attribute.
    """
    facts = kept.facts
    columns = {
        about["name"]: _unpack_column(_under(kept.arrays, f"{n}."), about, crs)
        for n, about in enumerate(facts["columns"])
    }
    table = pd.DataFrame(columns, index=pd.RangeIndex(facts["rows"]))
    table.columns = pd.Index(list(columns), dtype=facts["names"])
    if facts["geometry"]:
        table = gpd.GeoDataFrame(table, geometry="geometry")
    for key, told in facts["attrs"].items():
        table.attrs[key] = unpack_warnings(told)
    return table


def join_kept(parts: Mapping[str, Kept]) -> Kept:
    """
    Lay several things that are kept into one.

    Parameters
    ----------
    parts
        Name, without a slash, to what is kept under it.

    Returns
    -------
    kept
        From which `part_of` takes each again.
    """
    arrays = {
        f"{name}/{key}": one
        for name, part in parts.items()
        for key, one in part.arrays.items()
    }
    return Kept(arrays, {name: part.facts for name, part in parts.items()})


def part_of(kept: Kept, name: str) -> Kept:
    """
    Take one thing out of several that `join_kept` has laid into one.

    Parameters
    ----------
    kept
        The whole.
    name
        The name of the part.

    Returns
    -------
    part
        As it was.
    """
    return Kept(_under(kept.arrays, f"{name}/"), kept.facts[name])


def pack_warnings(warnings: Sequence[CircleWarning]) -> list[list[str]]:
    """
    Write warnings as lists of texts.

    Parameters
    ----------
    warnings
        The warnings.

    Returns
    -------
    told
        Name, English and Chinese text of each.

    Raises
    ------
    ValueError
        If something else is among them.
    """
    if not all(type(one) is CircleWarning for one in warnings):
        message = "holds something else than warnings"
        raise ValueError(message)
    return [[str(text) for text in one.args] for one in warnings]


def unpack_warnings(told: Sequence[Sequence[str]]) -> tuple[CircleWarning, ...]:
    """
    Make warnings out of lists of texts.

    Parameters
    ----------
    told
        As `pack_warnings` gives them.

    Returns
    -------
    warnings
        In the same order.
    """
    return tuple(CircleWarning(*one) for one in told)


def _refuse_odd(table: pd.DataFrame, crs: pyproj.CRS) -> None:
    """
    Refuse a table whose frame would not come back.

    Raises
    ------
    ValueError
        If its rows are not numbered from 0, or its columns or system are others.
    """
    names = table.columns
    odd = (
        not isinstance(table.index, pd.RangeIndex)
        or not table.index.equals(pd.RangeIndex(len(table)))
        or (table.index.name, names.name) != (None, None)
        or str(names.dtype) not in _COLUMN_TYPES
        or not all(type(one) is str for one in names)
        or not names.is_unique
    )
    shapes = [one for one in names if str(table[one].dtype) == "geometry"]
    if isinstance(table, gpd.GeoDataFrame):
        odd |= shapes != ["geometry"] or table.active_geometry_name != "geometry"
        odd |= not odd and (table.crs is None or table.crs.srs != crs.srs)
    elif shapes:
        odd = True
    if odd:
        message = "is no plain table"
        raise ValueError(message)


def _pack_column(values: pd.Series) -> tuple[dict[str, Array], dict[str, Any]]:
    """
    Write one column as arrays and facts.

    Raises
    ------
    ValueError
        If it is of a type that is not known.
    """
    kind = values.dtype
    if isinstance(kind, np.dtype) and kind.kind in PLAIN_KINDS:
        return {"plain": values.to_numpy()}, {"kind": "plain"}
    if isinstance(kind, pd.StringDtype):
        code, distinct = pd.factorize(values.array)
        texts = [str(one) for one in distinct]
        missing = "NA" if kind.na_value is pd.NA else "nan"
        about = {"kind": "text", "texts": texts, "storage": kind.storage}
        return {"code": code.astype(np.int32)}, {**about, "missing": missing}
    if str(kind) == "geometry":
        return _pack_shapes(np.asarray(values.array, dtype=object))
    if kind == np.dtype(object):
        return _pack_objects(values.to_numpy(dtype=object))
    message = f"column {values.name!r} is of type {kind}"
    raise ValueError(message)


def _unpack_column(
    parts: Mapping[str, Array], about: Mapping[str, Any], crs: pyproj.CRS
) -> Any:
    """Put one column together again."""
    kind = about["kind"]
    if kind == "plain":
        return parts["plain"]
    if kind == "text":
        missing = pd.NA if about["missing"] == "NA" else np.nan
        dtype = pd.StringDtype(about["storage"], na_value=missing)
        texts = pd.array(np.array(about["texts"], dtype=object), dtype=dtype)
        return texts.take(parts["code"], allow_fill=True)
    if kind == "points":
        points = shapely.points(parts["x"], parts["y"])
        return gpd.GeoSeries(points, crs=crs).array
    if kind == "shapes":
        return gpd.GeoSeries(_shapes(parts), crs=crs).array
    # The last one stands for the code of what is missing.
    held = about["held"] if about["texts"] else map(_value, about["held"])
    distinct = np.fromiter(chain(held, [None]), dtype=object)
    return pd.Series(distinct[parts["code"]], dtype=object)


def _pack_objects(
    values: NDArray[np.object_],
) -> tuple[dict[str, Array], dict[str, Any]]:
    """Write values of any known type, each distinct one once."""
    is_text = set(map(type, values)) <= {str, type(None)}
    if is_text:
        code, distinct = pd.factorize(values)
        held = distinct.tolist()
    else:
        # Equal values of two types, such as 1 and True, are two.
        texts = [None if one is None else json.dumps(_named(one)) for one in values]
        code, distinct = pd.factorize(np.array(texts, dtype=object))
        held = [json.loads(one) for one in distinct]
    about = {"kind": "object", "held": held, "texts": is_text}
    return {"code": code.astype(np.int32)}, about


def _named(value: object) -> Any:
    """
    Write a value so that JSON keeps its type.

    Raises
    ------
    ValueError
        If it is of a type that is not known.
    """
    if type(value) is str:
        return value
    if type(value) is bool or type(value) is int:
        return [type(value).__name__, value]
    if type(value) is float:
        return ["float", value.hex()]
    if type(value) is date:
        return ["date", value.isoformat()]
    if type(value) is tuple:
        return ["tuple", [_named(one) for one in value]]
    message = f"holds a {type(value).__name__}"
    raise ValueError(message)


def _value(named: Any) -> object:
    """Read a value that `_named` has written."""
    if isinstance(named, str):
        return named
    kind, value = named
    if kind == "float":
        return float.fromhex(value)
    if kind == "date":
        return date.fromisoformat(value)
    return tuple(map(_value, value)) if kind == "tuple" else value


def _pack_shapes(
    shapes: NDArray[np.object_],
) -> tuple[dict[str, Array], dict[str, Any]]:
    """
    Write points as eastings and northings, other shapes as well-known bytes.

    Raises
    ------
    ValueError
        If a shape would not come back as it is.
    """
    is_point = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    flat = ~(shapely.has_z(shapes) | shapely.is_empty(shapes))
    places = shapely.get_coordinates(shapes)
    if (is_point & flat).all() and np.isfinite(places).all():
        x, y = places.T.copy()
        return {"x": x, "y": y}, {"kind": "points"}
    drawn = shapely.to_wkb(shapes)
    size = [_NO_SHAPE if one is None else len(one) for one in drawn]
    whole = b"".join(one for one in drawn if one is not None)
    parts: dict[str, Array] = {
        "bytes": np.frombuffer(whole, dtype=np.uint8),
        "size": np.array(size, dtype=np.int64),
    }
    again = _shapes(parts)
    looks = (shapely.get_type_id, shapely.is_empty, shapely.has_z, shapely.get_srid)
    if not all(np.array_equal(look(shapes), look(again)) for look in looks):
        message = "holds shapes of another kind"
        raise ValueError(message)
    return parts, {"kind": "shapes"}


def _shapes(parts: Mapping[str, Array]) -> NDArray[np.object_]:
    """Read shapes from well-known bytes."""
    size = parts["size"]
    end = [0, *np.cumsum(np.maximum(size, 0)).tolist()]
    whole = parts["bytes"].tobytes()
    drawn = [
        None if one == _NO_SHAPE else whole[a:b]
        for one, (a, b) in zip(size.tolist(), pairwise(end), strict=True)
    ]
    shapes = shapely.from_wkb(np.array(drawn, dtype=object))
    return np.asarray(shapes, dtype=object)


def _under(arrays: Mapping[str, Array], prefix: str) -> dict[str, Array]:
    """Give the arrays whose names begin with a prefix, without it."""
    return {
        name.removeprefix(prefix): one
        for name, one in arrays.items()
        if name.startswith(prefix)
    }
