import dataclasses
import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from toy_city import EAST, NORTH, toy_profile, toy_study, toy_tables, write_toy

from circle.assessment import assess
from circle.city import load_city
from circle.shipped import shipped_folder
from circle.siting import choose_greedily, cover_matrix, open_demand, site
from circle.study import read_study


def run(path):
    return assess(load_city(read_study(path)))


def with_sites(city, n_sites):
    siting = city.study.siting.model_copy(update={"sites": n_sites})
    study = city.study.model_copy(update={"siting": siting})
    return dataclasses.replace(city, study=study)


def plan(assessment, city=None):
    return site(
        city or assessment.city,
        committees=assessment.committee_reach,
        cells=assessment.cell_reach,
    )


def test_sites_are_those_worked_out_by_hand(toy):
    sites = toy.sites
    # K1 clears both items of C2 (350 people each), K2 the school of C4 (90), and
    # nothing is left for K3, whose hospital would have served C2 as a clinic.
    assert list(sites["candidate_id"]) == ["K1", "K2"]
    assert list(sites["type_ids"]) == [("clinic", "school"), ("school",)]
    assert list(sites["items_cleared"]) == [2, 1]
    assert list(sites["person_items_gained"]) == [700.0, 90.0]
    assert list(sites["share_after"]) == [7 / 8, 8 / 8]
    assert list(sites["item_ids"]) == [("C2:clinic", "C2:school"), ("C4:school",)]
    assert list(sites["subdistrict_id"]) == ["A1", "B1"]
    assert list(sites["route"]) == ["reuse", "build"]
    assert list(sites["cost_10k"]) == [50.0, 800.0]


def test_a_higher_level_serves_where_it_may(tmp_path):
    tables = toy_tables()
    tables["candidates"] = tables["candidates"][2:]
    found = run(write_toy(tmp_path, tables=tables))
    assert list(found.sites["type_ids"]) == [("hospital",)]
    assert list(found.sites["item_ids"]) == [("C2:clinic",)]
    profile = toy_profile()
    profile["higher_level_satisfies_lower"]["value"] = False
    (tmp_path / "off").mkdir()
    found = run(write_toy(tmp_path / "off", tables=tables, profile=profile))
    assert found.sites.empty
    # Nor does the hospital at hand serve C3 and C4 as a clinic any more.
    missing = set(found.missing_items["item_id"])
    assert {"C2:clinic", "C3:clinic", "C4:clinic"} <= missing


def test_where_the_headline_counts_people_sites_serve_people(tmp_path):
    profile = toy_profile()
    profile["coverage"]["definition"] = "population"
    found = run(write_toy(tmp_path, profile=profile))
    # By people: K1 clears clinic and school of G03 and G04 (they walk 100 m at most),
    # and the school of G07 and G08 (they cycle 2000 and 2900 m); G05 has no people.
    # K2 clears the school of G09.
    assert list(found.sites["candidate_id"]) == ["K1", "K2"]
    assert list(found.sites["person_items_gained"]) == [800.0, 30.0]
    assert list(found.sites["items_cleared"]) == [6, 1]
    assert list(found.sites["share_after"]) == [1340 / 1420, 1370 / 1420]
    assert found.sites["item_ids"].iloc[1] == ("G09:school",)


@pytest.mark.parametrize("n_sites", [0, 1, 2, 99])
def test_no_more_sites_than_asked_for_or_useful(toy, n_sites):
    assert len(plan(toy, with_sites(toy.city, n_sites))) == min(n_sites, 2)


def test_nothing_to_site_where_all_is_covered(toy):
    covered = dataclasses.replace(
        toy.committee_reach, time_s=np.zeros_like(toy.committee_reach.time_s)
    )
    assert site(toy.city, committees=covered, cells=toy.cell_reach).empty


def greedy_by_recount(cover, weight, ids, n_sites):
    """Count every gain anew in every step, with sets."""
    left = set(range(cover.shape[1]))
    covers = [set(np.flatnonzero(row).tolist()) for row in cover.toarray()]
    plan = []
    for _ in range(n_sites):
        ranked = sorted(
            (
                -sum(weight[i] for i in covers[c] & left),
                -len(covers[c] & left),
                ids[c],
                c,
            )
            for c in range(len(covers))
        )
        if not ranked or ranked[0][1] == 0:
            break
        plan.append((ranked[0][2], covers[ranked[0][3]] & left))
        left -= covers[ranked[0][3]]
    return plan


def test_greedy_on_the_demo_agrees_with_a_full_recount(demo):
    city, reach = demo.city, demo.committee_reach
    demand = open_demand(city, reach, "committees")
    cover = cover_matrix(city, reach, "committees", demand)
    ids = list(city.candidates["candidate_id"])
    expected = greedy_by_recount(cover, demand.weight.tolist(), ids, len(ids))
    found = plan(demo, with_sites(city, len(ids)))
    assert list(found["candidate_id"]) == [one for one, _ in expected]
    assert [set(one) for one in found["item_ids"]] == [
        set(demand.item_id[sorted(items)]) for _, items in expected
    ]
    # A shorter plan is the beginning of a longer one.
    pd.testing.assert_frame_equal(
        pd.DataFrame(demo.sites), pd.DataFrame(found)[: len(demo.sites)]
    )


def test_steps_of_the_demo_add_up(demo):
    sites = demo.sites
    items = [one for step in sites["item_ids"] for one in step]
    assert len(items) == len(set(items)) == sites["items_cleared"].sum()
    missing = demo.missing_items.set_index("item_id")
    assert missing.loc[items, "required"].astype(bool).all()
    assert missing.loc[items, "population"].sum() == sites["person_items_gained"].sum()
    assert (sites["person_items_gained"].diff().dropna() <= 0).all()
    district = demo.coverage.iloc[0]
    share = (district["pairs_covered"] + sites["items_cleared"].cumsum()) / district[
        "pairs"
    ]
    np.testing.assert_allclose(sites["share_after"], share, rtol=1e-12)


def test_cleared_items_are_covered_once_the_sites_open(demo, tmp_path):
    folder = shipped_folder("demo_district")
    label = {one.id: one.label.zh for one in demo.city.profile.types}
    lines = (folder / "facilities.csv").read_text("utf-8-sig").splitlines()
    header = lines[0].split(",")
    candidates = pd.read_csv(folder / "candidates.csv", encoding="utf-8-sig")
    candidates = candidates.set_index("候选点编号")
    for step in demo.sites.to_dict("records"):
        for type_id in step["type_ids"]:
            place = candidates.loc[step["candidate_id"]]
            row = dict.fromkeys(header, "")
            row |= {
                "设施编号": f"N-{step['candidate_id']}-{type_id}",
                "设施名称": step["name"],
                "设施类型": label[type_id],
                "状态": "开放",
                "经度": str(place["经度"]),
                "纬度": str(place["纬度"]),
            }
            lines.append(",".join(row.values()))
    (tmp_path / "facilities.csv").write_text("\n".join(lines), encoding="utf-8")
    study = (folder / "study.yaml").read_text("utf-8")
    study = study.replace("facilities.xlsx", str(tmp_path / "facilities.csv"))
    (tmp_path / "study.yaml").write_text(study, encoding="utf-8")
    after = assess(load_city(read_study(tmp_path / "study.yaml", data=folder)))
    cleared = {one for step in demo.sites["item_ids"] for one in step}
    assert cleared
    assert cleared.isdisjoint(after.missing_items["item_id"])
    # And just as many pairs more as the plan says.
    assert after.coverage["pair_share"].iloc[0] == pytest.approx(
        demo.sites["share_after"].iloc[-1], rel=1e-12
    )
    for name in ("pairs_covered", "committees_complete", "person_items_covered",
                 "population_complete"):  # fmt: skip
        assert (after.coverage[name] >= demo.coverage[name]).all(), name


def test_equal_gains_go_to_more_items_then_to_the_lower_id():
    cover = csr_array(
        np.array([[1, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1], [1, 0, 0, 0]])
    )
    weight = np.array([6.0, 3.0, 3.0, 6.0])
    picks = choose_greedily(cover, weight, n_sites=9)
    assert [one.candidate for one in picks] == [1, 0, 2]
    assert [one.cleared.tolist() for one in picks] == [[1, 2], [0], [3]]


def test_items_without_people_still_count_as_items():
    cover = csr_array(np.array([[0, 0, 1], [1, 1, 0]]))
    picks = choose_greedily(cover, np.zeros(3), n_sites=9)
    assert [one.candidate for one in picks] == [1, 0]


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_empty_cover_gives_an_empty_plan(shape):
    cover = csr_array(np.zeros(shape))
    assert choose_greedily(cover, np.ones(shape[1]), n_sites=3) == []


COVERS = st.integers(1, 7).flatmap(
    lambda n: st.integers(1, 9).flatmap(
        lambda m: st.tuples(
            st.lists(st.lists(st.booleans(), min_size=m, max_size=m),
                     min_size=n, max_size=n),
            st.lists(st.integers(0, 20), min_size=m, max_size=m),
            st.integers(1, n),
        )
    )
)  # fmt: skip


@given(COVERS)
@settings(deadline=None, max_examples=150)
def test_greedy_reaches_its_bound_and_equals_the_recount(instance):
    matrix, weight, n_sites = np.array(instance[0]), instance[1], instance[2]
    cover = csr_array(matrix.astype(float))
    picks = choose_greedily(cover, np.array(weight, dtype=float), n_sites=n_sites)
    expected = greedy_by_recount(cover, weight, list(range(len(matrix))), n_sites)
    assert [(one.candidate, set(one.cleared.tolist())) for one in picks] == expected
    gained = sum(weight[i] for pick in picks for i in pick.cleared)
    best = max(
        int(np.dot(matrix[list(chosen)].any(axis=0), weight))
        for chosen in itertools.combinations(range(len(matrix)), n_sites)
    )
    assert (1 - 1 / math.e) * best - 1e-9 <= gained <= best


def test_cover_means_reached_in_time(tmp_path):
    # K9 stands 900 m from C2, K8 1100 m: 15 minutes on foot are 1000 m.
    tables = toy_tables()
    tables["candidates"] = pd.DataFrame(
        [("K8", "far", "build", "clinic", 1, 1, EAST + 1700, NORTH),
         ("K9", "near", "build", "clinic", 1, 1, EAST + 1900, NORTH)],
        columns=tables["candidates"].columns,
    )  # fmt: skip
    found = run(write_toy(tmp_path, tables=tables))
    assert list(found.sites["candidate_id"]) == ["K9"]


def test_a_candidate_off_the_network_or_without_place_is_never_chosen(tmp_path):
    tables = toy_tables()
    tables["candidates"].loc[0, "y"] += 400
    tables["candidates"].loc[1, ["x", "y"]] = None
    tables["candidates"].loc[2, "type_ids"] = "court"
    found = run(write_toy(tmp_path, tables=tables))
    assert found.sites.empty
    assert {"K1", "K2"} <= set(found.unsnapped["id"])


def test_a_study_may_ask_for_no_sites(tmp_path):
    study = toy_study() | {"siting": {"sites": 0}}
    assert run(write_toy(tmp_path, study=study)).sites.empty
