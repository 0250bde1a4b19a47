import dataclasses

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree
from toy_city import toy_profile, write_toy

from circle.assessment import assess
from circle.city import load_city
from circle.gap_parts import find_neighbours, find_parts, lay_out_cells
from circle.gaps import find_gap_clusters
from circle.missing_items import find_missing_items
from circle.siting_settings import RankingWeights
from circle.study import read_study

# Rank order: id, people, minutes over, nearest facility.
ITEMS = [
    ("C2:clinic", 350, 10.5, "F6"),
    ("C2:school", 350, 4.5, "F2"),
    ("C4:school", 90, 7.0, "F2"),
    ("C2:hospital", 350, 10.5, "F6"),
    ("C1:hospital", 150, 37.5, "F6"),
    ("C4:court", 90, 1.0, "F9"),
]
# Rank order: id, subdistrict, named after, cells, people.
CLUSTERS = [
    ("clinic:G03", "A1", "Second", 2, 350),
    ("school:G03", "A1", "Second", 2, 350),
    ("school:G08", "B1", "Fourth", 2, 90),
    ("hospital:G03", "A1", "Second", 2, 350),
    ("hospital:G01", "A1", "First", 1, 100),
]


def test_missing_items_are_those_worked_out_by_hand(toy):
    items = toy.missing_items
    assert list(items["item_id"]) == [one[0] for one in ITEMS]
    assert list(items["population"]) == [one[1] for one in ITEMS]
    assert items["minutes_over"].to_numpy() == pytest.approx(
        [one[2] for one in ITEMS], abs=0.002
    )
    assert list(items["facility_id"]) == [one[3] for one in ITEMS]
    assert list(items["rank"]) == [1, 2, 3, 4, 5, 6]
    assert list(items["required"]) == [True] * 3 + [False] * 3
    # F3 is planned where C2 stands.
    kinds = dict(zip(items["item_id"], items["kind"], strict=True))
    assert kinds.pop("C2:clinic") == "planned"
    assert set(kinds.values()) == {"beyond"}
    planned = dict(zip(items["item_id"], items["planned_facility_id"], strict=True))
    assert {
        one: to_come for one, to_come in planned.items() if isinstance(to_come, str)
    } == {"C2:clinic": "F3"}
    assert items["facility_name"].iloc[0] == "Hospital"


def test_missing_items_show_the_people_of_the_ages_that_are_known(tmp_path):
    """Of four bands the first has no column, the second no figure, the third gaps."""
    profile = toy_profile()
    bands = {"baby": "0-3", "child": "4-17", "old": "60+", "adult": "18-59"}
    profile["age_bands"] = [
        {"id": one, "label": {"zh": one, "en": one}, "synonyms": [years]}
        for one, years in bands.items()
    ]
    city = load_city(read_study(write_toy(tmp_path, profile=profile)))
    cells = city.cells.assign(
        population_child=np.nan,
        population_old=[30, np.nan, 40, 20, 0, np.nan, 8, np.nan, np.nan],
        population_adult=[70, 20, 160, 90, 0, 60, 30, 50, 20],
    )
    items = assess(dataclasses.replace(city, cells=cells)).missing_items
    ages = dict(zip(items["committee_id"], items["people_by_age"], strict=True))
    assert ages == {
        "C1": ("old=30", "adult=90"),
        "C2": ("old=60", "adult=250"),
        "C4": ("old=0", "adult=70"),
    }


def test_gap_clusters_are_those_worked_out_by_hand(toy):
    columns = ["gap_id", "subdistrict_id", "name", "cells", "population"]
    rows = toy.gap_clusters[columns].itertuples(index=False, name=None)
    assert list(rows) == CLUSTERS
    assert list(toy.gap_clusters["rank"]) == [1, 2, 3, 4, 5]
    assert toy.gap_clusters["area_km2"].to_numpy() == pytest.approx(
        [0.02, 0.02, 0.02, 0.02, 0.01]
    )


def test_types_missing_together_and_weights(toy):
    together = dict(
        zip(
            toy.gap_clusters["gap_id"],
            toy.gap_clusters["missing_together"].map(set),
            strict=True,
        )
    )
    # G09 alone lacks a court: 30 of the 90 people of that cluster.
    assert together == {
        "clinic:G03": {"hospital", "school"},
        "school:G03": {"clinic", "hospital"},
        "hospital:G03": {"clinic", "school"},
        "school:G08": set(),
        "hospital:G01": set(),
    }
    weights = RankingWeights(people=0, minutes_over=1, types={"school": 10})
    study = toy.city.study
    gaps = study.gaps.model_copy(update={"ranking": weights})
    city = dataclasses.replace(toy.city, study=study.model_copy(update={"gaps": gaps}))
    items = find_missing_items(city, toy.committee_reach)
    # 7.0 and 4.5 minutes ten times over, then 10.5; optional ones come last.
    assert list(items["item_id"][:4]) == [
        "C4:school", "C2:school", "C2:clinic", "C1:hospital"
    ]  # fmt: skip
    clusters = find_gap_clusters(city, toy.cell_reach)
    assert list(clusters["gap_id"][:3]) == ["school:G03", "school:G08", "clinic:G03"]


def test_missing_items_agree_with_a_plain_count(demo):
    reach, required = demo.committee_reach, {}
    for one in demo.city.profile.types:
        required[one.id] = one.tier in demo.city.profile.coverage.tiers
    people = dict(
        zip(
            demo.city.committees.committee_id,
            demo.city.committees.population,
            strict=True,
        )
    )
    expected = []
    for origin, times in zip(reach.origin_ids, reach.time_s.tolist(), strict=True):
        for type_id, seconds in zip(reach.type_ids, times, strict=True):
            if seconds <= 900.001:
                continue
            over = np.inf if np.isnan(seconds) else seconds / 60 - 15.0
            key = (not required[type_id], -people[origin], -over, f"{origin}:{type_id}")
            expected.append(key)
    expected.sort()
    assert list(demo.missing_items["item_id"]) == [one[3] for one in expected]


def test_an_origin_off_the_network_says_so(toy):
    joined = toy.committee_reach.joined_by.copy()
    joined[1] = False
    reach = dataclasses.replace(toy.committee_reach, joined_by=joined)
    kinds = find_missing_items(toy.city, reach).set_index("item_id")["kind"]
    assert kinds["C2:clinic"] == "not_joined"
    assert kinds["C4:school"] == "beyond"


def linked_parts(cells, places, link_m):
    """Join cells that lie within the link of one another, by flood."""
    left, parts = set(cells), []
    while left:
        part, front = set(), [min(left)]
        while front:
            one = front.pop()
            part.add(one)
            away = np.hypot(*(places - places[one]).T)
            near = left.intersection(np.flatnonzero(away <= link_m).tolist())
            left -= near | {one}
            front += sorted(near)
        parts.append(part)
    return parts


def squares_of(assessment):
    """Read from each cluster's outline which cells it holds."""
    middles = assessment.city.cells.geometry.to_numpy()
    tree = shapely.STRtree(middles)
    return [
        set(tree.query(outline, predicate="contains").tolist())
        for outline in assessment.gap_clusters.geometry
    ]


def test_clusters_hold_just_the_uncovered_cells_of_a_type(demo):
    people = demo.city.cells["population"].to_numpy()
    held = {one: [] for one in demo.cell_reach.type_ids}
    for cluster, cells in zip(
        demo.gap_clusters.to_dict("records"), squares_of(demo), strict=True
    ):
        column = demo.cell_reach.type_ids.index(cluster["type_id"])
        uncovered = ~demo.cell_reach.covered[:, column] & (people > 0)
        members = {one for one in cells if uncovered[one]}
        # Squares of other cells may lie within the outline only at its border.
        assert len(members) == cluster["cells"] == len(cells)
        assert people[sorted(members)].sum() == cluster["population"]
        assert cluster["population"] >= demo.city.study.gaps.smallest_population
        assert cluster["area_km2"] == pytest.approx(len(cells) * 0.01)
        held[cluster["type_id"]] += sorted(members)
    for type_id, members in held.items():
        assert len(members) == len(set(members)), f"{type_id}: parts overlap"


@pytest.mark.parametrize("type_column", [0, 6])
def test_only_small_parts_are_left_out(demo, type_column):
    city, reach = demo.city, demo.cell_reach
    people = city.cells["population"].to_numpy()
    places = shapely.get_coordinates(city.cells.geometry.to_numpy())
    type_id = reach.type_ids[type_column]
    uncovered = np.flatnonzero(~reach.covered[:, type_column] & (people > 0))
    small = dataclasses.replace(
        city,
        study=city.study.model_copy(
            update={
                "gaps": city.study.gaps.model_copy(update={"smallest_population": 0.0})
            }
        ),
    )
    clusters = find_gap_clusters(small, reach)
    clusters = clusters[clusters["type_id"] == type_id]
    # Without a least size, every uncovered cell with people is in a cluster.
    assert clusters["cells"].sum() == len(uncovered)
    assert clusters["population"].sum() == people[uncovered].sum()
    # And no cluster joins cells of two parts that are further apart than the link.
    parts = linked_parts(uncovered.tolist(), places, city.study.gaps.link_m)
    part_of = {one: i for i, part in enumerate(parts) for one in part}
    tree = shapely.STRtree(city.cells.geometry.to_numpy())
    for outline in clusters.geometry:
        cells = tree.query(outline, predicate="contains").tolist()
        assert len({part_of[one] for one in cells}) == 1
    # What is listed is what has people enough.
    listed = demo.gap_clusters[demo.gap_clusters["type_id"] == type_id]
    enough = clusters[clusters["population"] >= city.study.gaps.smallest_population]
    assert list(listed["gap_id"]) == list(enough["gap_id"])


def test_no_cluster_is_wider_than_a_service_circle(demo):
    # 15 minutes by bicycle, the wider of the two circles: 6000 m across.
    bounds = demo.gap_clusters.geometry.bounds
    assert (bounds["maxx"] - bounds["minx"]).max() <= 6000.0 + 100.0
    assert (bounds["maxy"] - bounds["miny"]).max() <= 6000.0 + 100.0


def test_ranks_put_required_types_and_people_first(demo):
    clusters = demo.gap_clusters
    keys = [
        (not row["required"], -row["population"], row["gap_id"])
        for row in clusters.to_dict("records")
    ]
    assert keys == sorted(keys)
    assert clusters["gap_id"].is_unique
    assert list(clusters["rank"]) == list(range(1, len(clusters) + 1))


def test_all_covered_leaves_no_gap(toy):
    cells = dataclasses.replace(
        toy.cell_reach, time_s=np.zeros_like(toy.cell_reach.time_s)
    )
    committees = dataclasses.replace(
        toy.committee_reach, time_s=np.zeros_like(toy.committee_reach.time_s)
    )
    assert find_gap_clusters(toy.city, cells).empty
    assert find_missing_items(toy.city, committees).empty
    assert find_missing_items(toy.city, None).empty


@settings(max_examples=100)
@given(
    st.integers(0, 2**32 - 1), st.integers(0, 60), st.sampled_from([50.0, 100.0, 250.0])
)
def test_neighbours_are_those_that_a_tree_finds(seed, n, link_m):
    rng = np.random.default_rng(seed)
    # Some on a grid, where many are just as far apart as the limit.
    x_m, y_m = rng.integers(-5, 5, (2, n)) * 50.0 + rng.choice([0.0, 7.5], (2, n))
    rows = np.flatnonzero(rng.random(n) < 0.8)
    field = lay_out_cells(x_m, y_m, np.ones(n))
    found = {
        tuple(sorted(one))
        for one in find_neighbours(field, rows, link_m=link_m).tolist()
    }
    expected = set()
    if len(rows):
        tree = cKDTree(np.column_stack([x_m, y_m])[rows])
        expected = {
            tuple(sorted(rows[list(one)].tolist())) for one in tree.query_pairs(link_m)
        }
    assert found == expected


def test_cells_without_neighbours_are_parts_of_their_own():
    x_m = np.array([900.0, 0.0, 300.0])
    field = lay_out_cells(x_m, np.zeros(3), np.ones(3))
    near = find_neighbours(field, np.arange(3), link_m=100.0)
    members, cuts = find_parts(
        near, np.ones(3, dtype=bool), field=field, widest_m=np.ones(3)
    )
    assert members.tolist() == [0, 1, 2]
    assert cuts.tolist() == [0, 1, 2, 3]


def with_cells(city, **people: float):
    """Give a city other people in some cells."""
    cells = city.cells.copy()
    rows = cells["cell_id"].map(people)
    cells["population"] = rows.fillna(cells["population"]).astype(float)
    return dataclasses.replace(city, cells=cells)


@pytest.mark.parametrize(
    ("people", "named"), [(100, "school:G04"), (150, "school:G03"), (151, "school:G03")]
)
def test_a_cluster_bears_the_id_of_its_fullest_cell_the_first_of_equals(
    toy, people, named
):
    """G03 and G04 (150 people) are one cluster."""
    city = with_cells(toy.city, G03=people)
    clusters = find_gap_clusters(city, toy.cell_reach).set_index("gap_id")
    assert clusters.loc[named, "population"] == people + 150


def test_without_committees_a_cluster_bears_the_name_of_its_subdistrict(toy):
    none = toy.city.committees.iloc[:0]
    city = dataclasses.replace(toy.city, committees=none)
    names = city.subdistricts.set_index("subdistrict_id")["name"]
    clusters = find_gap_clusters(city, toy.cell_reach)
    assert list(clusters["name"]) == [names[one] for one in clusters["subdistrict_id"]]


def test_of_committees_equally_near_the_first_gives_the_name(toy):
    """G01 stands 100 m from where C1 and, now, all others are."""
    committees = toy.city.committees.copy()
    committees["geometry"] = committees.geometry.iloc[0]
    city = dataclasses.replace(toy.city, committees=committees)
    clusters = find_gap_clusters(city, toy.cell_reach)
    assert set(clusters["name"]) == {"First"}


@pytest.mark.parametrize(
    ("factor", "clusters"),
    [
        # Circles on foot are 2000, 1400 and 950 m across; G01 to G04 are 1900 m.
        (1.0, {("hospital:G03", 500)}),
        (0.7, {("hospital:G03", 350), ("hospital:G01", 150)}),
        (0.475, {("hospital:G03", 350), ("hospital:G01", 150)}),
    ],
)
def test_a_cluster_is_halved_until_a_service_circle_holds_it(toy, factor, clusters):
    study = toy.city.study
    gaps = study.gaps.model_copy(update={"link_m": 2000.0})
    city = dataclasses.replace(toy.city, study=study.model_copy(update={"gaps": gaps}))
    covered = toy.cell_reach.covered
    limits = toy.cell_reach.limits
    reach = dataclasses.replace(
        toy.cell_reach,
        limits=dataclasses.replace(limits, threshold_s=limits.threshold_s * factor),
        time_s=np.where(covered, 0.0, toy.cell_reach.time_s),
    )
    found = find_gap_clusters(city, reach)
    found = found[found["type_id"] == "hospital"]
    assert set(zip(found["gap_id"], found["population"], strict=True)) == clusters


def test_what_half_of_the_people_lack_is_missing_together(toy):
    """Of the 350 people at G03 and G04 just half lack a court, then one less."""
    for people, together in ((150, True), (151, False)):
        city = with_cells(toy.city, G03=people)
        time_s = toy.cell_reach.time_s.copy()
        row = list(city.cells["cell_id"]).index("G04")
        time_s[row, toy.cell_reach.type_ids.index("court")] = 1e5
        reach = dataclasses.replace(toy.cell_reach, time_s=time_s)
        found = find_gap_clusters(city, reach).set_index("gap_id")
        assert ("court" in found.loc["clinic:G03", "missing_together"]) is together


@pytest.mark.parametrize(("smallest", "least"), [(90.0, 90), (90.5, 100)])
def test_a_cluster_of_just_the_smallest_size_is_listed(toy, smallest, least):
    study = toy.city.study
    gaps = study.gaps.model_copy(update={"smallest_population": smallest})
    city = dataclasses.replace(toy.city, study=study.model_copy(update={"gaps": gaps}))
    found = find_gap_clusters(city, toy.cell_reach)
    assert found["population"].min() == least
