"""Required against provided capacity: every base, and what is not known."""

import math

import numpy as np
import pandas as pd
import pytest

from circle.capacity import count_capacity, facility_amount
from circle.profile_norms import Norm
from circle.result_contracts_measures import CAPACITY
from circle.tables import check_table

FACT = {"source": "own", "confidence": "C"}
LEVELS = {"clinic": "committee", "ward": "committee", "home": "community"}


def norm(**more: object):
    content = {"id": "n", "label": {"zh": "n", "en": "n"}, "types": ["clinic"], **more}
    if "rates" in content:
        content["rates"] = [{**one, **FACT} for one in content["rates"]]
    for key in ("min_size", "people_per_facility"):
        if key in content:
            content[key] = {**content[key], **FACT}
    return Norm.model_validate(content)


def areas():
    return pd.DataFrame(
        {
            "subdistrict_id": ["A", "B", "C"],
            "area_class": ["urban", "outer", "outer"],
            "population": [10_000.0, 4_000.0, 1_000.0],
            "population_old": [2_000.0, 1_000.0, np.nan],
            "households": [4_000.0, 1_500.0, np.nan],
            "households_new": [1_000.0, 0.0, np.nan],
            "households_old": [3_000.0, 1_500.0, np.nan],
        }
    )


def inventory():
    return pd.DataFrame(
        {
            "type_id": ["clinic", "clinic", "ward", "clinic", "home", "clinic"],
            "subdistrict_id": ["A", "A", "A", "B", "C", None],
            "capacity": [30.0, np.nan, 8.0, 20.0, 5.0, 99.0],
            "capacity_unit": ["places", None, "beds", "places", "beds", "places"],
            "floor_area_m2": [500.0, 300.0, 200.0, 400.0, np.nan, 900.0],
            "staff": [4.0, 3.0, 2.0, 5.0, 1.0, 9.0],
        }
    )


def counted(*norms: Norm):
    table = count_capacity(
        norms, subdistricts=areas(), facilities=inventory(), level_of=LEVELS
    )
    check_table(table, CAPACITY)
    return table.set_index(["area_kind", "area_id", "norm_id"])


def row(area, one, kind="subdistrict"):
    return counted(one).loc[(kind, area, "n")]


def test_staff_per_1000_people():
    one = norm(measure="staff", per="1000_people", rates=[{"value": 0.5}])
    a = row("A", one)
    # 10,000 people × 0.5 / 1,000 = 5; the two clinics of A have 4 + 3.
    assert (a["base"], a["required"], a["provided"]) == (10_000, 5, 7)
    assert (a["ratio"], a["shortfall"], a["state"]) == (1.4, 0, "met")
    assert a["level"] == "committee"
    district = row("district", one, "district")
    # The clinic outside every subdistrict provides for none of them.
    assert (district["required"], district["provided"]) == (7.5, 12)


def test_unknown_places_are_not_zero_places():
    one = norm(measure="places", per="1000_people", rates=[{"value": 4}])
    a = row("A", one)
    assert (a["required"], a["provided"], a["facilities_unknown"]) == (40, 30, 1)
    assert a["state"] == "unknown"
    assert math.isnan(a["shortfall"])
    assert math.isnan(a["ratio"])
    # Where the known places suffice, the unknown ones do not matter.
    low = row("A", norm(measure="places", per="1000_people", rates=[{"value": 3}]))
    assert (low["state"], low["shortfall"], low["ratio"]) == ("met", 0, 1)
    # Where every place is known, too few are too few.
    b = row("B", norm(measure="places", per="1000_people", rates=[{"value": 8}]))
    assert (b["state"], b["shortfall"], b["ratio"]) == ("short", 12, 0.625)


def test_floor_area_per_100_households_of_new_and_old_housing():
    one = norm(
        types=["clinic", "ward"],
        measure="floor_area",
        per="100_households",
        rates=[
            {"value": 30, "build_era": "new"},
            {"value": 20, "build_era": "old"},
        ],
    )
    a = row("A", one)
    # 1,000 / 100 × 30 + 3,000 / 100 × 20 = 300 + 600 m²; 500 + 300 + 200 provided.
    assert (a["base"], a["required"], a["provided"]) == (4_000, 900, 1_000)
    b = row("B", one)
    assert (b["required"], b["shortfall"], b["state"]) == (300, 0, "met")
    # The households of C are not known, nor is what they need.
    c = row("C", one)
    assert math.isnan(c["required"])
    assert c["state"] == "unknown"
    assert row("district", one, "district")["state"] == "unknown"


def test_an_age_band_and_a_rate_for_one_area_class():
    one = norm(
        measure="staff",
        per="1000_people",
        age_band="old",
        rates=[{"value": 10, "area_class": "urban"}],
    )
    table = counted(one)
    assert list(table.index.get_level_values("area_id")) == ["district", "urban", "A"]
    assert row("A", one)["required"] == 20
    # The district counts those to whom the norm applies, and no others.
    assert row("district", one, "district")["base"] == 2_000


def test_people_per_facility_rounds_up():
    one = norm(measure="count", people_per_facility={"least": 2_000, "most": 3_000})
    # 10,000 / 3,000 is more than 3; B needs 2; C has too few people for one.
    assert [row(one_id, one)["required"] for one_id in "ABC"] == [4, 2, 0]
    assert [row(one_id, one)["provided"] for one_id in "ABC"] == [2, 1, 0]
    assert [row(one_id, one)["state"] for one_id in "ABC"] == ["short", "short", "met"]


def test_exactly_enough_facilities_are_enough():
    one = norm(measure="count", people_per_facility={"most": 5_000})
    assert row("A", one)["required"] == 2
    assert row("A", one)["state"] == "met"


def test_least_sizes():
    one = norm(measure="floor_area", min_size={"value": 400})
    a = row("A", one)
    assert (a["too_small"], a["state"]) == (1, "undersized")
    # Exactly the least size is large enough.
    assert row("B", one)["state"] == "met"
    home = norm(types=["home"], measure="floor_area", min_size={"value": 400})
    assert row("C", home)["state"] == "unknown"


def test_a_rate_per_facility():
    one = norm(measure="staff", per="facility", rates=[{"value": 4}])
    a = row("A", one)
    assert (a["base"], a["required"], a["provided"], a["state"]) == (2, 8, 7, "short")


def test_a_capacity_without_a_unit_is_in_that_of_the_norm():
    rows = pd.DataFrame({"capacity": [5.0, 6.0], "capacity_unit": [None, "beds"]})
    assert facility_amount(rows, "places").fillna(-1).tolist() == [5, -1]
    assert facility_amount(rows, "beds").tolist() == [5, 6]
    assert facility_amount(rows[["capacity"]], "places").tolist() == [5, 6]
    assert facility_amount(rows, "staff").isna().all()
    assert facility_amount(rows, "count").tolist() == [1, 1]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"measure": "places"}, "needs `rates`"),
        ({"measure": "places", "rates": [{"value": 1}]}, "go together"),
        (
            {"measure": "places", "per": "facility", "rates": [{"value": 1}],
             "age_band": "old"},
            "`age_band` goes with",
        ),
        (
            {"measure": "places", "per": "1000_people",
             "rates": [{"value": 1, "build_era": "new"}]},
            "`build_era` goes with",
        ),
        ({"measure": "places", "people_per_facility": {"most": 9}}, "measure: count"),
        ({"measure": "count", "min_size": {"value": 9}}, "measure of size"),
        (
            {"measure": "count", "people_per_facility": {"least": 10, "most": 9}},
            "is more than",
        ),
        (
            {"measure": "places", "per": "1000_people",
             "rates": [{"value": 1}, {"value": 2}]},
            "two rates hold",
        ),
        (
            {"measure": "places", "per": "100_households",
             "rates": [{"value": 1, "build_era": "new"}, {"value": 2}]},
            "all or none",
        ),
    ],
)  # fmt: skip
def test_a_norm_that_makes_no_sense_is_refused(content, told):
    with pytest.raises(ValueError, match=told):
        norm(**content)
