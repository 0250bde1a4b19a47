"""Plans of a city: worked out by hand, by recount, and by adopting them."""

import dataclasses
import itertools
import re

import numpy as np
import pandas as pd
import pytest
from chinese import is_chinese
from scipy.sparse import csr_array
from toy_city import EAST, NORTH, toy_profile, toy_study, toy_tables, write_toy

from circle.assessment import assess
from circle.changes import apply_changes
from circle.city import load_city
from circle.errors import ConfigError, SitingError
from circle.evaluation import evaluate
from circle.points import make_points
from circle.scenario import Scenario
from circle.site_choices import frontier_chart, other_sites, site_frontier
from circle.site_chosen import chosen_of, effort_of
from circle.site_cover import cover_seconds
from circle.site_demand import open_demand
from circle.site_files import write_plan
from circle.site_plan import order_steps, quality_text
from circle.site_problem import build_problem, with_limits
from circle.site_words import site_word
from circle.siting import site
from circle.siting_cover import solve_cover
from circle.siting_highs import Effort
from circle.siting_settings import SitingOptions, with_answers
from circle.study import read_study


def run(path):
    return assess(load_city(read_study(path)))


@pytest.fixture(scope="module")
def measured(toy):
    return evaluate(toy.city)


@pytest.fixture(scope="module")
def demo_measured(demo):
    return evaluate(demo.city)


def choose(evaluation, **options: object):
    asked = SitingOptions.model_validate({"sites": 3, **options})
    return site(evaluation.city, evaluation=evaluation, options=asked)


def chosen(plan):
    return list(plan.sites["candidate_id"])


def test_sites_are_those_worked_out_by_hand(toy):
    sites = toy.sites
    # K1 clears both items of C2 (350 people each), K2 the school of C4 (90), and
    # nothing is left for K3, whose hospital would have served C2 as a clinic.
    assert list(sites["candidate_id"]) == ["K1", "K2"]
    assert list(sites["type_ids"]) == [("clinic", "school"), ("school",)]
    assert list(sites["items_cleared"]) == [2, 1]
    assert list(sites["person_items_gained"]) == [700.0, 90.0]
    assert list(sites["people_gained"]) == [350.0, 90.0]
    assert list(sites["share_after"]) == [7 / 8, 8 / 8]
    assert list(sites["item_ids"]) == [("C2:clinic", "C2:school"), ("C4:school",)]
    assert list(sites["subdistrict_id"]) == ["A1", "B1"]
    assert list(sites["route"]) == ["reuse", "build"]
    assert list(sites["cost_10k"]) == [50.0, 800.0]
    assert set(sites["made_from"]) == {"table"}
    assert sites["reason"][0] == (
        "Clears 2 missing items (clinic 1, school 1) of 1 committees, 350 people; "
        "no other point adds more at this step."
    )
    assert toy.plan.objective == toy.plan.bound == 790.0
    assert toy.plan.status == "optimal"
    assert toy.plan.share_before == 5 / 8
    assert "gap 0.00 %" in quality_text(toy.plan, "en")
    routes = toy.plan.routes.set_index("route")
    assert list(routes["sites"]) == [1, 0, 1]
    assert list(routes["cost_10k"]) == [50.0, 0.0, 800.0]


def test_a_higher_level_serves_where_it_may(tmp_path):
    tables = toy_tables()
    tables["candidates"] = tables["candidates"][2:]
    found = run(write_toy(tmp_path, tables=tables))
    assert list(found.sites["type_ids"]) == [("hospital",)]
    assert list(found.sites["item_ids"]) == [("C2:clinic",)]
    assert set(found.plan.unplaceable) == {"C2:school", "C4:school"}
    profile = toy_profile()
    profile["higher_level_satisfies_lower"]["value"] = False
    (tmp_path / "off").mkdir()
    found = run(write_toy(tmp_path / "off", tables=tables, profile=profile))
    # The ward is of no use then, and no candidate is: points are made.
    assert set(found.sites["made_from"]) == {"cluster"}
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
@pytest.mark.parametrize("solver", ["greedy", "lp", "exact"])
def test_no_more_sites_than_asked_for_or_useful(measured, n_sites, solver):
    plan = choose(measured, sites=n_sites, solver=solver)
    assert len(plan.sites) == min(n_sites, 2)
    assert plan.objective == [0, 700, 790][min(n_sites, 2)]
    assert plan.bound >= plan.objective


def test_nothing_to_site_where_all_is_covered(measured):
    reach = measured.committee_reach
    covered = dataclasses.replace(reach, time_s=np.zeros_like(reach.time_s))
    assert choose(dataclasses.replace(measured, committee_reach=covered)).sites.empty


def test_a_city_without_candidates_has_an_empty_plan(tmp_path):
    study = {key: one for key, one in toy_study().items() if key != "candidates"}
    found = run(write_toy(tmp_path, study=study))
    assert found.sites.empty
    assert found.plan.objective == found.plan.bound == 0.0
    assert len(found.plan.unplaceable) == 3


@pytest.mark.parametrize(
    ("asked", "expected", "objective"),
    [
        ({"sites": 1, "weight": "pairs"}, ["K1"], 2),
        ({"sites": None, "budget_10k": 100}, ["K1"], 700),
        ({"sites": None, "budget_10k": 49}, [], 0),
        ({"sites": None, "budget_10k": 849}, ["K1"], 700),
        ({"sites": None, "budget_10k": 850}, ["K1", "K2"], 790),
        ({"forbidden": ["K1"]}, ["K3", "K2"], 440),
        ({"locked": ["K3"], "sites": 2}, ["K1", "K3"], 700),
        ({"locked": ["K3"], "sites": 1}, ["K3"], 350),
        ({"budgets": {"B1": 0}}, ["K1"], 700),
        ({"model": "lscp"}, ["K1", "K2"], 2),
        ({"model": "lscp", "minimise": "cost"}, ["K1", "K2"], 850),
        ({"floors": [{"share": 1, "by": "subdistrict"}]}, ["K1", "K2"], 790),
        ({"sites": 1, "floors": [{"share": 1, "only": ["B1"]}]}, ["K2"], 90),
        ({"type_cost_10k": {"school": 60}, "sites": None, "budget_10k": 100},
         ["K1"], 350),
        ({"tiers": {"extension": 1, "basic": 0}}, ["K3"], 350),
    ],
)  # fmt: skip
@pytest.mark.parametrize("solver", ["greedy", "exact"])
def test_what_is_asked_for_is_done(measured, asked, expected, objective, solver):
    plan = choose(measured, solver=solver, **asked)
    assert chosen(plan) == expected
    assert plan.objective == objective
    sign = -1 if plan.options.model == "lscp" else 1
    assert sign * plan.bound >= sign * plan.objective


def test_a_type_with_costs_of_its_own_opens_only_where_it_pays(measured):
    plan = choose(
        measured, sites=None, budget_10k=100, type_cost_10k={"school": 60},
        solver="exact",
    )  # fmt: skip
    assert list(plan.sites["type_ids"]) == [("clinic",)]
    assert list(plan.sites["cost_10k"]) == [50.0]
    both = choose(measured, sites=None, budget_10k=110, type_cost_10k={"school": 60})
    assert list(both.sites["type_ids"]) == [("clinic", "school")]
    assert list(both.sites["cost_10k"]) == [110.0]


def with_sizes(profile, **sizes: float):
    profile["norms"] = [
        {"id": f"size_{one}", "label": {"zh": one, "en": one}, "types": [one],
         "measure": "floor_area",
         "min_size": {"value": value, "source": "own", "confidence": "C"}}
        for one, value in sizes.items()
    ]  # fmt: skip
    return profile


def test_floors_may_hold_in_some_area_classes_only(measured):
    floor = {"share": 1, "by": "area_class", "only": ["urban"]}
    assert chosen(choose(measured, sites=1, floors=[floor])) == ["K1"]


def test_only_a_point_that_adds_most_is_said_to(measured):
    floor = {"share": 1, "only": ["B1"]}
    best, together = site_word("best", "en"), site_word("together", "en")
    for asked, words in (
        ({"sites": 1}, [best]),
        ({"sites": 1, "floors": [floor]}, [together]),
        ({"sites": 1, "floor_area": True}, [together]),
    ):
        reasons = choose(measured, **asked).sites["reason"]
        assert all(map(str.endswith, reasons, words))


def test_reasons_are_in_the_language_of_the_study(tmp_path):
    study = {**toy_study(), "language": "zh"}
    plan = site(load_city(read_study(write_toy(tmp_path, study=study))))
    assert plan.sites["reason"].str.endswith(site_word("best", "zh")).all()
    assert not plan.sites["reason"].str.contains(site_word("best", "en")).any()


def test_what_was_asked_for_is_the_reason(measured):
    plan = choose(measured, locked=["K3"]).sites.set_index("candidate_id")
    assert plan["reason"]["K3"].endswith(site_word("locked", "en"))
    assert not plan["reason"]["K1"].endswith(site_word("locked", "en"))
    short = choose(measured, sites=1, model="pmedian")
    assert short.sites["reason"][0].endswith(site_word("shorter", "en"))


def test_a_cost_that_is_not_known_follows_from_the_floor_area(tmp_path):
    tables = toy_tables()
    tables["candidates"]["cost_10k"] = [None, 800.0, None]
    evaluation = evaluate(load_city(read_study(write_toy(tmp_path, tables=tables))))
    asked = {"cost_per_m2": {"reuse": 0.5}, "type_cost_10k": {"school": 3.0}}
    plan = choose(evaluation, locked=["K1", "K3"], **asked)
    cost = plan.sites.set_index("candidate_id")["cost_10k"]
    types = plan.sites.set_index("candidate_id")["type_ids"]
    # K1 has 300 m²; of co-use no rate is known.
    assert cost["K1"] == 150.0 + 3.0 * ("school" in types["K1"])
    assert np.isnan(cost["K3"])


def test_types_share_the_floor_area_of_a_site(tmp_path):
    # K1 has 300 m²: room for one of both.
    profile = with_sizes(toy_profile(), clinic=200, school=150)
    evaluation = evaluate(load_city(read_study(write_toy(tmp_path, profile=profile))))
    plan = choose(evaluation, floor_area=True, sites=1, solver="exact")
    assert chosen(plan) == ["K1"]
    assert plan.objective == 350
    assert len(plan.sites["type_ids"][0]) == 1
    assert choose(evaluation, sites=1).objective == 700
    locked = choose(evaluation, floor_area=True, sites=1, locked=["K2"])
    assert chosen(locked) == ["K2"]


def test_too_small_a_point_is_refused_with_its_reason(tmp_path):
    profile = with_sizes(toy_profile(), clinic=200, school=500)
    city = load_city(read_study(write_toy(tmp_path, profile=profile)))
    plan = site(city)
    assert list(plan.sites["item_ids"]) == [("C2:clinic",), ("C4:school",)]
    assert plan.refused.to_dict("records") == [
        {
            "candidate_id": "K1",
            "type_id": "school",
            "why": "small",
            "text": "floor area 300 m², below the least size 500 m² of this type",
        }
    ]


def test_years_open_the_best_first_within_their_budgets(tmp_path):
    tables = toy_tables()
    tables["candidates"]["earliest_year"] = [2027, 2026, 2026]
    evaluation = evaluate(load_city(read_study(write_toy(tmp_path, tables=tables))))
    years = [{"year": 2026, "budget_10k": 800}, {"year": 2027, "budget_10k": 60}]
    plan = choose(evaluation, sites=None, years=years, solver="exact", forbidden=["K3"])
    # K2 in 2026 (school of C4, 90 in both years), K1 in 2027 (700).
    assert chosen(plan) == ["K2", "K1"]
    assert list(plan.sites["year"]) == [2026, 2027]
    assert plan.objective == plan.bound == 2 * 90 + 700
    # K3 is cheaper and may open at once, for the clinic of C2 in both years.
    rich = [{"year": 2026, "budget_10k": 900}, {"year": 2027, "budget_10k": 60}]
    plan = choose(evaluation, sites=None, years=rich, solver="exact")
    assert dict(zip(chosen(plan), plan.sites["year"], strict=True)) == {
        "K3": 2026, "K2": 2026, "K1": 2027,
    }  # fmt: skip
    late = [{"year": 2026, "budget_10k": 9999}]
    assert "K1" not in chosen(choose(evaluation, sites=None, years=late))


@pytest.mark.parametrize(
    ("asked", "text", "zh"),
    [
        ({"sites": 1, "locked": ["K1", "K2"]}, "at most 1 site; locked sites",
         "最多 1 处选址；锁定的点位；应为"),
        ({"sites": 1, "floors": [{"share": 1}]}, "at most 1 site; at least 100.0%",
         "最多 1 处选址；街镇 A1 覆盖不低于 100.0%"),
        ({"sites": None, "budget_10k": 10, "locked": ["K1"]}, "a budget of 10",
         "预算 10 万元；锁定的点位"),
        ({"budgets": {"B1": 5}, "floors": [{"share": 1, "only": ["B1"]}]},
         "a budget of 5 (10,000 CNY) in subdistrict B1; at least 100.0% covered in",
         "街镇 B1 的预算 5 万元；街镇 B1 覆盖不低于 100.0%"),
        ({"forbidden": ["K1", "K2", "K3"], "floors": [{"share": 1, "only": ["A1"]}]},
         "subdistrict A1", "街镇 A1 覆盖不低于 100.0%"),
        ({"sites": 1, "floors": [{"share": 1, "by": "area_class"}]},
         "covered in area class", "城市化地区覆盖不低于 100.0%"),
        ({"sites": 1, "floors": [{"share": 1, "by": "district"}]},
         "covered in district", "全区覆盖不低于 100.0%"),
        ({"capacity": {"clinic": 9, "hospital": 9}, "model": "lscp"},
         "people that a facility serves at most; items that must be covered",
         "每处设施最多服务的人数；必须覆盖的缺项或需求点"),
        ({"years": [{"year": 2026, "budget_10k": 5}, {"year": 2027, "budget_10k": 5}],
          "locked": ["K1"]}, "the budget of 2026; the budget of 2027; locked sites",
         "2026 年的预算；2027 年的预算；锁定的点位"),
    ],
)  # fmt: skip
def test_an_impossible_wish_names_what_clashes(measured, asked, text, zh):
    with pytest.raises(SitingError) as error:
        choose(measured, **asked)
    assert text in str(error.value)
    (problem,) = error.value.problems
    told = problem.in_language("zh")
    assert told.startswith("siting: 以下要求不能同时满足：")
    assert zh in told
    assert is_chinese(told)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"locked": ["K9"]}, "siting.locked: found K9"),
        ({"budgets": {"Z": 1}}, "siting.budgets: found Z"),
        ({"weight": "age:young"}, "siting.weight: found young"),
        ({"tiers": {"gold": 1}}, "tiers: found gold; expected some of: basic, ext"),
        ({"type_cost_10k": {"moon": 1}}, "siting.type_cost_10k: found moon"),
        ({"capacity": {"moon": 1}}, "siting.capacity: found moon"),
        ({"floors": [{"share": 1, "only": ["Q"]}]}, "siting.floors[0].only: found Q"),
        ({"floors": [{"share": 1, "by": "area_class", "only": ["A1"]}]}, "found A1"),
    ],
)
def test_what_is_not_there_is_refused(measured, asked, text):
    with pytest.raises(ConfigError) as error:
        choose(measured, **asked)
    assert text in str(error.value)
    for problem in error.value.problems:
        assert is_chinese(problem.in_language("zh"), names=["floors[0].only"])


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"model": "pmedian", "sites": None}, "needs `sites`"),
        ({"model": "pcenter", "budget_10k": 5}, "does not go with budget_10k"),
        ({"years": [{"year": 2027, "budget_10k": 1}] * 2}, "must ascend"),
        ({"years": [{"year": 2027, "budget_10k": 1}], "model": "lscp"}, "lscp"),
        ({"locked": ["A"], "forbidden": ["A"]}, "both locked and forbidden: A"),
        ({"weight": "dogs"}, "people, pairs or age:"),
        ({"then_minutes": True, "floor_area": True}, "then_minutes"),
    ],
)
def test_options_that_exclude_one_another_are_refused(given, text):
    with pytest.raises(ConfigError) as error:
        with_answers(SitingOptions(), given)
    assert text in str(error.value)


def test_short_ways_are_those_worked_out_by_hand(measured):
    # Minutes of clinic and school: C1 7.5 and 7.5 (150 people), C2 25.5 and 19.5
    # (350), C3 5 and 10 (120), C4 7 and 22 (90). K1 is 1.5 minutes from C2 for both;
    # its school is 4 minutes by bicycle from C3 and 16 from C4.
    before = 150 * 15 + 350 * 45 + 120 * 15 + 90 * 29
    after = before - 350 * (45 - 3) - 120 * 6 - 90 * 6 - 120 * (5 - 4)
    plan = choose(measured, model="pmedian", sites=1, solver="exact")
    assert chosen(plan) == ["K1"]
    assert plan.objective == pytest.approx(after, rel=1e-3)
    assert plan.bound <= plan.objective * (1 + 1e-9)
    none = choose(measured, model="pmedian", sites=0)
    assert none.sites.empty
    assert none.objective == pytest.approx(before, rel=1e-3)
    worst = choose(measured, model="pcenter", sites=1, solver="exact")
    assert chosen(worst) == ["K1"]
    assert worst.objective == pytest.approx(16, rel=1e-3)


@pytest.mark.parametrize("solver", ["greedy", "exact"])
def test_of_plans_that_cover_the_same_the_shorter_ways_are_taken(tmp_path, solver):
    tables = toy_tables()
    first = tables["candidates"].iloc[:1]
    far, near = (first.assign(candidate_id=k, x=EAST + x, y=NORTH)
                 for k, x in (("K1", 2000), ("K2", 2800)))  # fmt: skip
    tables["candidates"] = pd.concat([far, near])
    evaluation = evaluate(load_city(read_study(write_toy(tmp_path, tables=tables))))
    plain = choose(evaluation, sites=1, solver=solver)
    short = choose(evaluation, sites=1, solver=solver, then_minutes=True)
    assert (chosen(plain), chosen(short)) == (["K1"], ["K2"])
    assert short.objective == plain.objective


@pytest.mark.parametrize("borders", ["open", "district", "subdistrict"])
def test_candidates_serve_across_borders_where_these_are_open(tmp_path, borders):
    use = {"borders": {"value": borders, "source": "own", "confidence": "C"}}
    tables = toy_tables()
    # Over the border from C2, which lacks a clinic and a school.
    tables["candidates"].loc[1, "x"] = EAST + 3300
    profile = toy_profile() | {"use": use}
    city = load_city(read_study(write_toy(tmp_path, profile=profile, tables=tables)))
    demand = open_demand(city, evaluate(city), SitingOptions())
    row, column = cover_seconds(city, demand).nonzero()
    there = city.candidates["subdistrict_id"].to_numpy(object)[row]
    homes = getattr(city, demand.table)["subdistrict_id"].to_numpy(object)
    across = there != homes[demand.origin[column]]
    assert len(across)
    assert across.any() == (borders != "subdistrict")


def test_a_bound_that_is_not_reached_is_told(measured):
    options = SitingOptions(sites=1)
    points = make_points(measured.city, measured, options)
    problem = build_problem(points.city, measured, options)
    cover = with_limits(problem, options)
    best = solve_cover(cover, "exact")
    for more, gap in ((0.0, 0.0), (70.5, 10.0)):
        loose = dataclasses.replace(best, bound=best.bound + more, status="feasible")
        found = chosen_of(problem, cover, loose, options).plan
        assert found.objective == 700
        # People are whole: what no plan can reach in parts is rounded off.
        assert found.bound == 700 + np.floor(more)
        assert found.gap_pct == pytest.approx(gap)
        assert found.status == ("feasible" if more else "optimal")


def test_a_budget_begins_at_what_is_locked(measured):
    # K1 costs 50, and at least 10 more for the cheapest type.
    types = {"clinic": 10.0, "school": 20.0, "hospital": 99.0, "court": 99.0}
    asked = SitingOptions(locked=("K1",), type_cost_10k=types)
    points = make_points(measured.city, measured, asked)
    found = site_frontier(points, measured, asked, amounts=[59, 60, 90], budget=True)
    assert list(found["amount"]) == [60, 90]
    far = SitingOptions(model="pmedian", sites=1)
    with pytest.raises(ConfigError, match="found pmedian"):
        site_frontier(points, measured, far, amounts=[1])


def test_a_solver_tries_as_hard_as_the_options_say():
    assert effort_of(SitingOptions()) == Effort()
    asked = SitingOptions(time_limit_s=7, gap_pct=5)
    assert effort_of(asked) == Effort(time_limit_s=7, gap=0.05)


def test_shorter_ways_do_not_cost_cover(demo_measured):
    plain = choose(demo_measured, sites=8)
    short = choose(demo_measured, sites=8, then_minutes=True)
    assert short.objective >= plain.objective


def test_the_plan_of_the_demo_is_greedy_by_recount(demo, demo_measured):
    city, options = demo.city, demo.city.study.siting
    demand = open_demand(city, demo_measured, options)
    cover = cover_seconds(city, demand)
    covers = [
        set(cover.indices[a:b].tolist()) for a, b in itertools.pairwise(cover.indptr)
    ]
    left, expected = set(range(len(demand.weight))), []
    for _ in range(20):
        row = min(
            range(len(covers)),
            key=lambda c: (-demand.weight[list(covers[c] & left)].sum(),
                           -len(covers[c] & left), c),
        )  # fmt: skip
        expected.append(city.candidates["candidate_id"][row])
        left -= covers[row]
    assert list(demo.sites["candidate_id"]) == expected
    assert (
        demo.plan.objective
        == demo.plan.bound
        == demo.sites["person_items_gained"].sum()
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
    for bands, people in zip(
        sites["people_by_age"], sites["people_gained"], strict=True
    ):
        assert sum(float(one.split("=")[1]) for one in bands) == pytest.approx(people)
    unplaceable = set(demo.plan.unplaceable)
    assert unplaceable.isdisjoint(items)
    assert unplaceable <= set(missing.index)


PLANS = {
    "default": {},
    "exact": {"solver": "exact", "sites": 12},
    "budget": {"sites": None, "budget_10k": 9000, "solver": "exact"},
    "locked": {"locked": ["K0001"], "forbidden": ["K0056"]},
    "types": {"type_cost_10k": {"nursing_home": 500}, "sites": 6},
    "all": {"model": "lscp"},
    "near": {"model": "pmedian", "sites": 5},
    "pairs": {"weight": "pairs"},
    "old": {"weight": "age:age_60_plus"},
    "years": {"sites": 10, "years": [{"year": 2026, "budget_10k": 500},
                                     {"year": 2028, "budget_10k": 9000}]},
    "sized": {"capacity": {"kindergarten": 900},
              "floor_area": True, "floors": [{"share": 0.5, "by": "area_class"}],
              "years": [{"year": 2026, "budget_10k": 2000},
                        {"year": 2028, "budget_10k": 9000}]},
}  # fmt: skip


@pytest.mark.parametrize("asked", PLANS.values(), ids=PLANS)
def test_coverage_is_what_the_plan_says_once_it_is_adopted(
    demo, demo_measured, asked, tmp_path
):
    plan = choose(demo_measured, **{"sites": 20, **asked})
    assert len(plan.sites)
    file = write_plan(plan, tmp_path / "plan.csv", language="zh")
    change = {"change": "adopt_plan", "sites": str(file)}
    adopted = Scenario.model_validate({"name": "plan", "changes": [change]})
    after = evaluate(apply_changes(demo.city, adopted).city)
    share = after.coverage["pair_share"].iloc[0]
    assert share == pytest.approx(plan.share_after, rel=1e-12)
    cleared = {one for step in plan.sites["item_ids"] for one in step}
    assert cleared.isdisjoint(after.missing_items["item_id"])
    lost = set(demo.missing_items["item_id"]) - set(after.missing_items["item_id"])
    required = demo.missing_items.set_index("item_id").loc[sorted(lost), "required"]
    assert set(required.index[required.astype(bool)]) == cleared
    for name in ("pairs_covered", "committees_complete", "person_items_covered"):
        assert (after.coverage[name] >= demo.coverage[name]).all(), name


def test_locked_is_in_and_forbidden_is_out(demo_measured):
    plan = choose(demo_measured, locked=["K0001"], forbidden=["K0056"], sites=4)
    assert "K0001" in chosen(plan)
    assert "K0056" not in chosen(plan)
    assert len(plan.sites) == 4


def test_equal_gains_go_to_more_items_then_to_the_lower_row():
    cover = csr_array(
        np.array([[1, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1], [1, 0, 0, 0]])
    )
    weight = np.array([6.0, 3.0, 3.0, 6.0])
    steps = order_steps(weight, cover, [0, 1, 2, 3], allowed=np.ones(4, bool))
    assert [row for row, _, _ in steps] == [1, 0, 2, 3]
    assert [items.tolist() for _, items, _ in steps] == [[1, 2], [0], [3], []]


def test_items_without_people_still_count_as_items(tmp_path):
    tables = toy_tables()
    tables["population"]["人口"] = [100, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    plan = site(load_city(read_study(write_toy(tmp_path, tables=tables))))
    assert chosen(plan) == ["K1", "K2"]
    assert plan.objective == 0.0


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
    why = found.plan.refused.set_index("candidate_id")["why"]
    assert why.to_dict() == {"K1": "not_joined", "K2": "no_place"}


def test_other_tiers_count_where_they_weigh_something(measured):
    # K3's hospital serves C2; the headline does not count hospitals.
    plan = choose(measured, tiers={"extension": 1, "basic": 0})
    assert list(plan.sites["item_ids"]) == [("C2:hospital",)]
    assert list(plan.sites["items_cleared"]) == [0]
    assert plan.share_after == plan.share_before == 5 / 8


def test_a_study_may_ask_for_no_sites(tmp_path):
    study = toy_study() | {"siting": {"sites": 0}}
    assert run(write_toy(tmp_path, study=study)).sites.empty


def test_other_plans_differ_and_are_no_better(demo_measured):
    asked = SitingOptions(sites=3)
    points = make_points(demo_measured.city, demo_measured, asked)
    plans = other_sites(points, demo_measured, asked, k=4)
    assert len({frozenset(chosen(one)) for one in plans}) == 4
    worth = [one.objective for one in plans]
    assert worth == sorted(worth, reverse=True)
    best = site(demo_measured.city, evaluation=demo_measured,
                options=SitingOptions(sites=3, solver="exact"))  # fmt: skip
    assert worth[0] == best.objective


@pytest.mark.parametrize("budget", [False, True])
def test_the_frontier_never_falls(demo_measured, budget):
    asked = SitingOptions(sites=9)
    points = make_points(demo_measured.city, demo_measured, asked)
    amounts = [0, 500, 5000, 20000] if budget else [0, 1, 3, 9]
    found = site_frontier(points, demo_measured, asked, amounts=amounts, budget=budget)
    assert list(found["amount"]) == amounts
    assert found["objective"].is_monotonic_increasing
    assert (found["bound"] >= found["objective"]).all()
    assert found["share_after"].is_monotonic_increasing
    spent = found["cost_10k"] if budget else found["sites"]
    assert (spent <= found["amount"] + 1e-6).all()
    svg = frontier_chart(found, budget=budget, language="en")
    assert svg.startswith("<svg")


@pytest.fixture(scope="module")
def with_routes(tmp_path_factory):
    """The toy with two routes for the place of K1: dear and large, or cheap."""
    folder = tmp_path_factory.mktemp("routes")
    tables = toy_tables()
    table = tables["candidates"]
    dear = table.iloc[[0]].assign(candidate_id="K0", route="build", cost_10k=200)
    table = pd.concat([dear, table], ignore_index=True)
    tables["candidates"] = table.assign(place_id=["P1", "P1", None, "P3"])
    return evaluate(load_city(read_study(write_toy(folder, tables=tables))))


@pytest.mark.parametrize(
    "asked",
    [
        {"sites": None},
        {"sites": None, "solver": "exact"},
        {"sites": 4, "solver": "lp"},
        {"model": "lscp"},
        {"sites": 4, "type_cost_10k": {"school": 5}, "solver": "exact"},
        {"sites": 4, "years": [{"year": 2026, "budget_10k": 2000}]},
    ],
)
def test_one_route_of_a_place_opens(with_routes, asked):
    plan = choose(with_routes, **asked)
    ids = set(plan.sites["candidate_id"])
    assert len(ids & {"K0", "K1"}) == 1
    assert "K2" in ids
    # Both cover the same: the cheaper one, unless years or types are chosen too.
    if not {"years", "type_cost_10k"} & set(asked):
        assert "K1" in ids


def test_the_cheap_route_is_taken_where_the_budget_asks_for_it(with_routes):
    plan = choose(with_routes, sites=None, budget_10k=900, solver="exact")
    assert set(plan.sites["candidate_id"]) == {"K1", "K2"}
    with pytest.raises(SitingError, match="one route per place; locked sites"):
        choose(with_routes, locked=["K0", "K1"])
    with pytest.raises(ConfigError, match="1 places with several routes"):
        choose(with_routes, model="pmedian", sites=2)


def test_facilities_serve_so_many_people_only(measured):
    # K1 clears clinic and school of C2 (350 people each), K2 the school of C4 (90).
    # K3 would serve C2 as a hospital: without limit that is best of all.
    free = choose(measured, capacity={"clinic": 300, "school": 50}, solver="exact")
    assert free.objective == 350 + 50 + 50
    capacity = {"clinic": 300, "school": 50, "hospital": 0}
    for solver in ("greedy", "exact"):
        plan = choose(measured, capacity=capacity, solver=solver)
        assert plan.objective == 300 + 50 + 50
        assert plan.status == ("optimal" if solver == "exact" else plan.status)
        served = plan.served.set_index(["candidate_id", "type_id"])["people"]
        assert served.to_dict() == pytest.approx(
            {("K1", "clinic"): 300, ("K1", "school"): 50, ("K2", "school"): 50}
        )
        # What is in reach is as without capacities, as an evaluation would find it.
        assert plan.share_after == 1.0
    rates = {"clinic": 0.5, "school": 0.1, "hospital": 0.01}
    by_area = choose(measured, people_per_m2=rates, sites=1)
    # K1 has 300 m²: 150 people at the clinic, 30 at the school.
    assert (chosen(by_area), by_area.objective) == (["K1"], 180)
    held = choose(measured, capacity={"school": 10}, sites=1, locked=["K2"])
    assert (chosen(held), held.objective) == (["K2"], 10)
    with pytest.raises(SitingError, match="at most 1 site; locked sites"):
        choose(measured, capacity={"school": 10}, sites=1, locked=["K1", "K2"])
    options = SitingOptions.model_validate({"capacity": {"school": 10}, "sites": 1})
    points = make_points(measured.city, measured, options)
    first, second = other_sites(points, measured, options, k=2)
    assert first.objective == 350 + 10
    assert second.objective <= first.objective
    table = site_frontier(points, measured, options, amounts=[0, 1, 2])
    assert table["objective"].tolist() == [0, 360, 370]
    # Budgets that do not hold the locked site are left out: K2 costs 800 at least.
    dear = {
        "capacity": {"school": 10},
        "locked": ["K2"],
        "type_cost_10k": {"school": 5},
    }
    options = SitingOptions.model_validate({"sites": None, "solver": "exact", **dear})
    amounts = [799, 804, 805, 850, 860]
    table = site_frontier(points, measured, options, amounts=amounts, budget=True)
    assert table["amount"].tolist() == amounts[1:]
    assert table["objective"].tolist() == [0, 10, 350, 370]


@pytest.mark.parametrize("solver", ["greedy", "lp", "exact"])
def test_capacities_go_with_floors_years_and_costs(measured, solver):
    size = {"clinic": 300, "school": 50, "hospital": 0}
    asked = {"capacity": size, "solver": solver}
    # Clinic and school of C2 at K1 (50), the school of C4 at K2 (800).
    floor = {"share": 0.9, "by": "subdistrict", "only": ["B1"]}
    held = choose(measured, sites=1, floors=[floor], **asked)
    assert (chosen(held), held.objective) == (["K2"], 50)
    years = [{"year": 2026, "budget_10k": 50}, {"year": 2027, "budget_10k": 800}]
    late = choose(measured, years=years, floors=[floor], **asked)
    assert list(zip(chosen(late), late.sites["year"], strict=True)) == [
        ("K1", 2026), ("K2", 2027),
    ]  # fmt: skip
    assert late.objective == 2 * 350 + 50
    # By facility in the last year, not in the sum of both.
    assert sorted(late.served["people"]) == [50, 50, 300]
    assert list(late.sites["type_ids"]) == [("clinic", "school"), ("school",)]
    dear = choose(
        measured, type_cost_10k={"school": 60}, sites=None, budget_10k=100, **asked
    )
    assert list(dear.sites["type_ids"]) == [("clinic",)]
    assert dear.objective == 300
    # Room counts heads, whatever a head weighs.
    half = choose(measured, tiers={"basic": 0.5}, sites=1, **asked)
    assert half.objective == 175
    names = "people that a facility serves at most; at least 95.0% covered in"
    with pytest.raises(SitingError, match=names):
        choose(measured, floors=[floor | {"share": 0.95}], **asked)
    with pytest.raises(SitingError, match="at most; items that must be covered"):
        choose(measured, model="lscp", **asked)
    served = choose(measured, **{**asked, "capacity": {"clinic": 350}}, model="lscp")
    assert (chosen(served), served.objective) == (["K1", "K2"], 2)


def test_capacities_go_with_floor_area(tmp_path):
    # K1 has 300 m²: room for a clinic or a school, for 0.5 people per m² each.
    profile = with_sizes(toy_profile(), clinic=200, school=150)
    evaluation = evaluate(load_city(read_study(write_toy(tmp_path, profile=profile))))
    rates = {"clinic": 0.5, "school": 1.0, "hospital": 0.01}
    for solver in ("greedy", "lp", "exact"):
        asked = {"people_per_m2": rates, "floor_area": True, "solver": solver}
        plan = choose(evaluation, sites=1, **asked)
        assert (plan.objective, plan.sites["type_ids"][0]) == (300, ("school",))
        assert plan.served["capacity"].tolist() == [300]
        years = [{"year": 2026, "budget_10k": 50}, {"year": 2027, "budget_10k": 800}]
        late = choose(evaluation, years=years, sites=None, **asked)
        assert list(late.sites["year"]) == [2026, 2027]
        assert late.objective == 2 * 300 + 90


WISHES = {
    "budget": {"budget_10k": 900},
    "lscp": {"model": "lscp"},
    "pmedian": {"model": "pmedian"},
    "pcenter": {"model": "pcenter"},
    "pairs": {"weight": "pairs"},
    "tiers": {"tiers": {"extension": 0.5, "basic": 0.5}},
    "floors": {"floors": [{"share": 0.5, "by": "area_class"}]},
    "budgets": {"budgets": {"A1": 60}},
    "area": {"floor_area": True},
    "types": {"type_cost_10k": {"school": 5}},
    "sized": {"capacity": {"school": 60, "clinic": 400}},
    "by_area": {"people_per_m2": {"clinic": 1.5}},
    "years": {"years": [{"year": 2026, "budget_10k": 60},
                        {"year": 2027, "budget_10k": 900}]},
    "locked": {"locked": ["K2"]},
    "forbidden": {"forbidden": ["K3"]},
    "minutes": {"then_minutes": True},
}  # fmt: skip
# What does not go together, and is refused; all else has a plan.
REFUSED = {
    *(frozenset((one, other)) for one in ("pmedian", "pcenter") for other in (
        "budget", "floors", "budgets", "area", "types", "sized", "by_area", "years",
        "minutes",
    )),
    *(frozenset(("pairs", one)) for one in ("sized", "by_area")),
    *(frozenset(("minutes", one)) for one in (
        "lscp", "area", "types", "sized", "by_area", "years",
    )),
    frozenset(("lscp", "years")), frozenset(("lscp", "sized")),
}  # fmt: skip


@pytest.mark.parametrize("one", WISHES)
def test_wishes_go_together_or_are_refused(measured, one):
    for other in list(WISHES)[list(WISHES).index(one) + 1 :]:
        asked = WISHES[one] | WISHES[other]
        if {one, other} <= {"lscp", "pmedian", "pcenter"}:
            continue
        if frozenset((one, other)) in REFUSED:
            with pytest.raises((ValueError, SitingError)) as error:
                choose(measured, **asked)
            assert re.search("not go with|not with|together", str(error.value)), other
            continue
        plans = [choose(measured, **asked, solver=s) for s in ("greedy", "exact")]
        greedy, exact = (plan.objective for plan in plans)
        sign = -1 if asked.get("model", "mclp") != "mclp" else 1
        assert sign * greedy <= sign * exact + 1e-9, other
        assert plans[1].status == "optimal", other
        for plan in plans:
            assert plan.gap_pct >= 0, other
            assert "K3" not in asked.get("forbidden", ()) or "K3" not in chosen(plan)
            assert set(asked.get("locked", ())) <= set(chosen(plan)), other


@pytest.mark.parametrize(
    "one", [one for one in WISHES if one not in ("locked", "floors")]
)
def test_where_all_is_forbidden_nothing_opens(measured, one):
    asked = WISHES[one] | {"forbidden": ["K1", "K2", "K3"]}
    for solver in ("greedy", "lp", "exact"):
        plan = choose(measured, **asked, solver=solver)
        assert plan.sites.empty
        assert plan.gap_pct == 0
        assert len(plan.unplaceable) >= 3


def test_a_plan_of_points_that_were_made_is_adopted_from_its_file(measured, tmp_path):
    plan = choose(measured, sites=2, points={"made": ["committees"]}, forbidden=["K1"])
    assert "committee" in set(plan.sites["made_from"])
    file = write_plan(plan, tmp_path / "moved.csv", language="zh")
    change = {"change": "adopt_plan", "sites": str(file)}
    adopted = Scenario.model_validate({"name": "plan", "changes": [change]})
    after = evaluate(apply_changes(measured.city, adopted).city)
    assert after.coverage["pair_share"].iloc[0] == pytest.approx(plan.share_after)
