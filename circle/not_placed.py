"""The facilities without a place: listed for the office to complete."""

import geopandas as gpd
import pandas as pd

from circle.input_contracts import FACILITIES, STATUS_WORDS
from circle.tables import Column, Contract

NOT_PLACED = Contract(
    "not_placed",
    ("facility_id",),
    (
        Column("facility_id", "id", "Code of the facility.", "设施编号"),
        Column("name", "text", "Name of the facility.", "设施名称", null=True),
        Column("type_id", "id", "Facility type of the profile.", "设施类型编号"),
        Column(
            "status", "choice", "Only open ones would count.", "状态",
            choices=STATUS_WORDS,
        ),
        FACILITIES.column("address"),
        FACILITIES.column("subdistrict"),
    ),
)  # fmt: skip


def not_placed(facilities: gpd.GeoDataFrame) -> pd.DataFrame:
    """
    List the facilities that have no place.

    Parameters
    ----------
    facilities
        Contract ``facilities``.

    Returns
    -------
    table
        Contract ``not_placed``, sorted by subdistrict, then id.
    """
    nowhere = facilities[facilities.geometry.isna()]
    table = pd.DataFrame(nowhere).reindex(columns=list(NOT_PLACED.names))
    order = ["subdistrict", "facility_id"]
    return table.sort_values(order, kind="stable", na_position="last").reset_index(
        drop=True
    )
