"""Points out of land-use and building layers, chosen by class and by area."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from circle.areas import locate
from circle.city import City
from circle.contracts import CANDIDATES
from circle.declared import parse_declared
from circle.derived_ids import ID_RULES, with_ids
from circle.errors import ConfigError, InputError, gather
from circle.evaluation import Evaluation
from circle.placing import COORDINATES, place
from circle.points_made import named_by_area, types_to_place
from circle.problems import problem_of
from circle.raw_table import RawTable, fold_name
from circle.reading import read_table
from circle.siting_settings import LayerPoints, PointOptions
from circle.tables import Contract, conform

# What a layer may say of its rows; nothing of it need be there.
LAYER_POINTS = Contract(
    "layer_points",
    (),
    tuple(
        replace(one, required=False, null=True)
        for one in CANDIDATES.columns
        if one.name
        in {"candidate_id", "name", "floor_area_m2", "cost_10k", "earliest_year"}
    ),
)
_FIGURES = ("floor_area_m2", "cost_10k", "earliest_year")


def layer_points(
    city: City, evaluation: Evaluation, wanted: PointOptions, k: int
) -> pd.DataFrame:
    """
    Take rows of a land-use or building layer as points.

    Parameters
    ----------
    city
        The city.
    evaluation
        Its reach.
    wanted
        Which points to make.
    k
        Place of the layer among those of the study.

    Returns
    -------
    points
        As of `point_rows`, with ``made_of``: file and id of the row. An area is
        taken at a point inside. Rows outside of all subdistricts are left out.

    Raises
    ------
    InputError
        With every fault of the file.
    ConfigError
        If it has no such column as the study filters by.
    """
    layer = wanted.layers[k]
    where = f"{city.study.file}: siting.points.layers[{k}]"
    raw = read_table(
        city.study.input_path(layer.path),
        (LAYER_POINTS, COORDINATES),
        columns=layer.columns,
        layer=layer.layer,
    )
    table, problems = conform(raw, LAYER_POINTS, columns=layer.columns)
    shapes, faults = place(
        raw,
        columns=layer.columns,
        declared=parse_declared(layer.crs, where=f"{where}.crs"),
        target=city.crs,
        shape="footprint",
    )
    gather([*problems, *faults], InputError)
    table = table.reindex(columns=list(LAYER_POINTS.names)).loc[raw.rows.index]
    kept = _of_class(raw, layer, where) & _large_enough(table, shapes, layer)
    kept &= shapes.notna().to_numpy()
    points = gpd.GeoSeries(shapely.point_on_surface(shapes[kept]), crs=city.crs)
    home = locate(points, city.subdistricts)
    inside = np.array([one is not None for one in home], dtype=bool)
    rows = table[kept][inside].reset_index(drop=True)
    at = points[inside].reset_index(drop=True)
    return _laid_out(city, evaluation, (rows, at), wanted, k)


def _laid_out(
    city: City,
    evaluation: Evaluation,
    found: tuple[pd.DataFrame, gpd.GeoSeries],
    wanted: PointOptions,
    k: int,
) -> pd.DataFrame:
    """Write the rows that fit as points."""
    rows, at = found
    layer = wanted.layers[k]
    named = rows["candidate_id"].notna().all()
    plain = pd.DataFrame({"name": rows["name"].fillna(""), "route": layer.route})
    derived = with_ids(
        gpd.GeoDataFrame(plain, geometry=at, crs=city.crs), ID_RULES["candidates"]
    )
    ids = [str(one) for one in (rows if named else derived).get("candidate_id", [])]
    types = types_to_place(city, evaluation, layer.types or wanted.types)
    points = named_by_area(
        city,
        [f"L{k + 1}-{one}" for one in ids],
        [types] * len(ids),
        list(at),
        "layer",
    )
    points["route"] = layer.route
    for name in _FIGURES:
        points[name] = rows[name].to_numpy(dtype=object)
    own = rows["name"].notna().to_numpy()
    points.loc[own, "name"] = rows["name"].astype(str).to_numpy(dtype=object)[own]
    points["made_of"] = [f"{layer.path}: {one}" for one in ids]
    return points


def _of_class(raw: RawTable, layer: LayerPoints, where: str) -> NDArray[np.bool_]:
    """
    Mark the rows of the classes that fit.

    Raises
    ------
    ConfigError
        If a column is not there.
    """
    kept = np.ones(len(raw.rows), bool)
    columns = [one for one in raw.rows.columns if one != "geometry"]
    known = {fold_name(str(one)): one for one in columns}
    for name, values in layer.where.items():
        column = known.get(fold_name(name))
        if column is None:
            problem = problem_of(
                f"{where}.where", "layer-column", name=name, file=raw.where,
                known=", ".join(map(str, columns)),
            )  # fmt: skip
            raise ConfigError(problem)
        fits = {_written(one) for one in values}
        kept &= np.array([_written(one) in fits for one in raw.rows[column]], bool)
    return kept


def _written(value: object) -> str:
    """Write a class as a text; whole numbers without decimals."""
    return str(value).strip().removesuffix(".0")


def _large_enough(
    table: pd.DataFrame, shapes: gpd.GeoSeries, layer: LayerPoints
) -> NDArray[np.bool_]:
    """Mark the rows of enough floor area or, where that is not known, ground."""
    floor = table["floor_area_m2"].astype(float).to_numpy()
    ground = np.nan_to_num(shapely.area(shapes.to_numpy()))
    area = np.where(np.isnan(floor), ground, floor)
    return np.asarray(area >= layer.smallest_area_m2, bool)
