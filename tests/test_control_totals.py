"""Control totals: met to the person, never silently, never without a place."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from population_toy import CRS, PROFILE, settle, study_with, two_subdistricts

from circle.contracts import CELLS
from circle.control_totals import CONTROL_TOTALS, scale_to_totals
from circle.errors import InputError
from circle.population import read_cells
from circle.population_balance import (
    POPULATION_BALANCE,
    balance_warnings,
)
from circle.reading import taken_warnings
from circle.study import input_paths
from circle.tables import check_table

X, Y = 500_000.0, 3_400_000.0
TABLE = {"kind": "table", "path": "cells.csv", "crs": "EPSG:4550"}


def texts_of(balance):
    return {one.name: one.text for one in balance_warnings(balance)}


def write(folder, people, totals, **bands: object):
    """Cells in a row of 20, ten in A and ten in B, and a table of totals."""
    pd.DataFrame(
        {
            "cell_id": [f"c{n:02d}" for n in range(len(people))],
            "x": X + 50 + 100 * np.arange(len(people)),
            "y": Y + 50,
            "population": people,
            **bands,
        }
    ).to_csv(folder / "cells.csv", index=False)
    pd.DataFrame(totals).to_csv(folder / "totals.csv", index=False)
    return TABLE | {"control_totals": {"path": "totals.csv"}}


def sums(settled, name="population"):
    return settled.cells.groupby("subdistrict_id")[name].sum().to_dict()


def test_cells_add_up_to_the_totals(tmp_path):
    population = write(
        tmp_path,
        np.arange(20),
        {"subdistrict_id": ["A", "B"], "population": [91, 1000]},
    )
    settled, _ = settle(tmp_path, population, two_subdistricts())
    assert sums(settled) == {"A": 91, "B": 1000}
    # A had 45 people: 91 / 45 each, the largest remainders up.
    ratio = 91 / 45
    in_a = settled.cells["population"].to_numpy()[:10]
    assert np.abs(in_a - ratio * np.arange(10)).max() < 1
    check_table(settled.balance, POPULATION_BALANCE)
    rows = settled.balance.set_index("subdistrict_id")
    assert rows.loc["A"].to_list() == ["population", 45.0, 91.0, 91.0, 46.0]
    assert rows.loc["B"].to_list() == ["population", 145.0, 1000.0, 1000.0, 855.0]
    text = texts_of(settled.balance)["population-scaled"]
    assert "190 people of 2 subdistricts" in text
    assert "totals of 1,091, by B +855, A +46" in text


def test_chinese_headers_are_known(tmp_path):
    population = write(
        tmp_path,
        [2] * 20,
        {"街镇编号": ["A", "B"], "常住人口": [10, 20], "人口_0_14": [4, 5]},
        人口_0_14=[1] * 20,
    )
    settled, _ = settle(tmp_path, population, two_subdistricts())
    assert sums(settled) == {"A": 10, "B": 20}
    assert sums(settled, "population_age_0_14") == {"A": 4, "B": 5}


def test_without_totals_a_table_stays_as_it_is(tmp_path):
    write(tmp_path, [0.5] * 20, {"subdistrict_id": ["A"]})
    settled, _ = settle(tmp_path, TABLE, two_subdistricts())
    assert sums(settled) == {"A": 5.0, "B": 5.0}
    assert settled.cells["population"].eq(0.5).all()
    assert settled.balance["residual"].eq(0).all()
    assert balance_warnings(settled.balance) == ()


def test_a_subdistrict_without_total_keeps_its_people_and_is_named(tmp_path):
    population = write(
        tmp_path, [0.5] * 20, {"subdistrict_id": ["A"], "population": [7]}
    )
    settled, _ = settle(tmp_path, population, two_subdistricts())
    assert sums(settled) == {"A": 7, "B": 5.0}
    texts = texts_of(settled.balance)
    assert "no control total for subdistrict B;" in texts["control-totals-missing"]


@pytest.mark.parametrize("cells", [10, 20])
def test_people_without_a_cell_to_put_them_in_are_named(tmp_path, cells):
    """B has no cell, or only empty ones."""
    people = [3] * 10 + [0] * (cells - 10)
    population = write(
        tmp_path, people, {"subdistrict_id": ["A", "B"], "population": [30, 12]}
    )
    with pytest.raises(InputError, match=r"totals\.csv: subdistrict B: .* 12 people"):
        settle(tmp_path, population, two_subdistricts())


def test_a_total_of_nobody_needs_no_cell(tmp_path):
    population = write(
        tmp_path, [3] * 10, {"subdistrict_id": ["A", "B"], "population": [40, 0]}
    )
    settled, _ = settle(tmp_path, population, two_subdistricts())
    assert sums(settled) == {"A": 40}


def test_all_faults_of_the_table_come_at_once(tmp_path):
    population = write(
        tmp_path,
        [3] * 20,
        {"subdistrict_id": ["A", "C", "A"], "population": [10.5, -3, 20]},
    )
    with pytest.raises(InputError) as caught:
        settle(tmp_path, population, two_subdistricts())
    text = str(caught.value)
    assert "row 2: found population with decimals; expected whole people" in text
    assert "row 3: found -3; expected 0 or more" in text
    assert "row 3: found subdistrict C; expected one of A, B" in text
    assert "found subdistrict_id A more than once" in text


def test_totals_are_read_like_every_other_table(tmp_path):
    """Titles, full-width digits, GBK and names of subdistricts, as yearbooks have."""
    population = write(tmp_path, [2] * 20, {"subdistrict_id": ["A"]})
    text = "2023年常住人口\n街道,常住人口\nA,１０\nＢ,20\n"
    (tmp_path / "totals.csv").write_bytes(text.encode("gbk"))
    study = study_with(tmp_path, population)
    cells = read_cells(study, profile=PROFILE, crs=CRS, subdistricts=two_subdistricts())
    assert [one.name for one in taken_warnings(cells)] == [
        "title-rows",
        "full-width-digits",
    ]
    settled, _ = settle(tmp_path, population, two_subdistricts())
    assert sums(settled) == {"A": 10, "B": 20}


def test_faults_of_totals_and_cells_come_at_once_and_in_chinese(tmp_path):
    population = write(
        tmp_path,
        [2] * 19 + [-1],
        {"街镇": ["A", "B", "合计"], "人口": [10, 2.5, 30]},
    )
    with pytest.raises(InputError) as caught:
        settle(tmp_path, population, two_subdistricts())
    assert {(one.file, one.key) for one in caught.value.problems} == {
        ("cells.csv", "below-minimum"),
        ("totals.csv", "people-with-decimals"),
        ("totals.csv", "total-row"),
    }
    told = [one.in_language("zh") for one in caught.value.problems]
    assert "totals.csv: 第3行: 列“人口”: 发现小数；人数应为整数；请改为整数" in told


def test_one_subdistrict_by_code_and_by_name_is_named(tmp_path):
    areas = two_subdistricts().assign(name=["江东街道", "江西镇"])
    totals = {"街镇": ["A", "江东街道"], "人口": [10, 20]}
    population = write(tmp_path, [2] * 20, totals)
    with pytest.raises(InputError, match="more than one row for subdistrict A"):
        settle(tmp_path, population, areas)


def test_people_without_a_cell_are_told_in_chinese(tmp_path):
    totals = {"subdistrict_id": ["A", "B"], "population": [30, 12]}
    population = write(tmp_path, [3] * 10, totals)
    with pytest.raises(InputError) as caught:
        settle(tmp_path, population, two_subdistricts())
    (problem,) = caught.value.problems
    assert "街镇 B 的控制总数为 12 人，但其中没有有人口的网格" in problem.in_language(
        "zh"
    )


def test_bands_beyond_the_total_are_refused(tmp_path):
    totals = {
        "subdistrict_id": ["A", "B"],
        "population": [10, 10],
        "population_age_0_14": [4, 11],
    }
    population = write(tmp_path, [3] * 20, totals, population_age_0_14=1)
    with pytest.raises(InputError, match=r"totals\.csv: row 3: found age bands that"):
        settle(tmp_path, population, two_subdistricts())


def test_a_band_with_no_one_to_scale_is_named(tmp_path):
    totals = {
        "subdistrict_id": ["A"],
        "population": [10],
        "population_age_0_14": [4],
    }
    population = write(tmp_path, [3] * 20, totals, population_age_0_14=0)
    with pytest.raises(InputError, match=r"subdistrict A: .* 4 people of age_0_14"):
        settle(tmp_path, population, two_subdistricts())


def test_a_new_band_is_spread_like_everybody(tmp_path):
    totals = {
        "subdistrict_id": ["A", "B"],
        "population": [100, 200],
        "population_age_0_14": [10, 50],
    }
    population = write(tmp_path, [1] * 10 + [4] * 10, totals)
    settled, _ = settle(tmp_path, population, two_subdistricts())
    assert sums(settled, "population_age_0_14") == {"A": 10, "B": 50}
    assert settled.cells["population_age_0_14"].to_list() == [1] * 10 + [5] * 10
    assert settled.cells["population"].to_list() == [10] * 10 + [20] * 10
    of_band = settled.balance[settled.balance["group"] == "age_0_14"]
    assert of_band["people_read"].isna().all()
    assert of_band["residual"].isna().all()


def test_a_new_band_must_be_given_everywhere(tmp_path):
    totals = {
        "subdistrict_id": ["A"],
        "population": [100],
        "population_age_0_14": [10],
    }
    population = write(tmp_path, [1] * 20, totals)
    with pytest.raises(InputError, match=r"no row for subdistrict B; .* age_0_14"):
        settle(tmp_path, population, two_subdistricts())


def cells_of(people, bands):
    frame = pd.DataFrame(
        {
            "cell_id": [f"c{n}" for n in range(len(people))],
            "population": np.asarray(people, dtype=float),
            **{name: np.asarray(one, dtype=float) for name, one in bands.items()},
            "subdistrict_id": "A",
        }
    )
    places = gpd.points_from_xy(np.arange(len(people)), np.zeros(len(people)))
    return gpd.GeoDataFrame(frame, geometry=places, crs=CRS)


@given(
    st.lists(
        st.tuples(st.integers(0, 90), st.integers(0, 90), st.integers(1, 90)),
        min_size=1,
        max_size=30,
    ),
    st.integers(0, 40_000),
    st.integers(0, 40_000),
)
def test_every_margin_holds(cells, young, others):
    """People, each band and the rest: sums by area and by cell are exact."""
    parts = np.array(cells)
    if young and not parts[:, 0].sum():
        return
    bands = {"population_age_0_14": parts[:, 0], "population_age_15_59": parts[:, 1]}
    before = cells_of(parts.sum(axis=1), bands)
    totals = pd.DataFrame(
        {
            "subdistrict_id": ["A"],
            "population": [float(young + others)],
            "population_age_0_14": [float(young)],
        }
    )
    after = scale_to_totals(before, totals, where="totals")
    assert after["population"].sum() == young + others
    assert after["population_age_0_14"].sum() == young
    of_bands = after[list(bands)].sum(axis=1)
    assert (of_bands <= after["population"]).all()
    free = parts[:, 1:].sum()
    share = parts[:, 1].sum() / free
    assert abs(after["population_age_15_59"].sum() - others * share) <= 1
    assert (after[["population", *bands]] % 1 == 0).to_numpy().all()
    assert before["population"].sum() == parts.sum()


def test_row_order_of_the_totals_changes_nothing(tmp_path):
    people = np.arange(20)
    totals = {"subdistrict_id": ["A", "B"], "population": [91, 1000]}
    first, _ = settle(tmp_path, write(tmp_path, people, totals), two_subdistricts())
    turned = {name: one[::-1] for name, one in totals.items()}
    second, _ = settle(tmp_path, write(tmp_path, people, turned), two_subdistricts())
    assert first.cells.equals(second.cells)
    assert first.balance.equals(second.balance)


def test_the_files_are_inputs_of_the_study(tmp_path):
    study = study_with(
        tmp_path,
        {
            "kind": "raster",
            "path": "all.tif",
            "bands": {"age_0_14": "young.tif"},
            "control_totals": {"path": "totals.xlsx"},
        },
    )
    paths = {name: path.name for name, path in input_paths(study).items()}
    assert paths["population"] == "all.tif"
    assert paths["population.bands.age_0_14"] == "young.tif"
    assert paths["population.control_totals"] == "totals.xlsx"


def test_the_contract_speaks_of_people():
    assert CONTROL_TOTALS.names == ("subdistrict_id", "population")
    assert CONTROL_TOTALS.column("population").kind == CELLS.column("population").kind
