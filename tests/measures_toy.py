"""The pencil city with capacities, households, norms, targets and pass marks."""

import copy

from toy_city import FACT, toy_profile, toy_tables

LABEL = {"zh": "要求", "en": "requirement"}


def measured_tables():
    """The toy tables with capacities, build eras and households."""
    tables = toy_tables()
    inventory = tables["facilities"]
    rooms = {"F1": 30, "F2": 100, "F6": 8}
    inventory["容量"] = inventory["facility_id"].map(rooms)
    inventory["容量单位"] = inventory["facility_id"].map(
        {"F1": "座", "F2": "学位", "F6": "床位"}
    )
    inventory["建筑面积"] = inventory["facility_id"].map({"F1": 90.0, "F7": 40.0})
    committees = tables["committees"]
    committees["户数"] = [100, 200, 50, None]
    committees["住区类别"] = ["新建", "老旧", "新建", "老旧"]
    return tables


def measured_profile():
    """The toy standard with every section that measures read."""
    profile = copy.deepcopy(toy_profile())

    def norm(norm_id, types, measure, **more: object):
        label = {"zh": norm_id, "en": norm_id}
        content = {"id": norm_id, "label": label, "types": types, "measure": measure}
        return content | more

    def rate(value, **more: object):
        return {"value": value, **more, **FACT}

    profile["norms"] = [
        norm("clinic_places", ["clinic"], "places", per="1000_people",
             rates=[rate(100)]),
        norm("school_places", ["school"], "places", per="1000_people",
             rates=[rate(500)]),
        norm("clinic_area", ["clinic"], "floor_area", per="100_households",
             rates=[rate(30, build_era="new"), rate(20, build_era="old")]),
        norm("court_count", ["court"], "count",
             people_per_facility={"least": 100, "most": 400, **FACT}),
        norm("court_size", ["court"], "floor_area", min_size={"value": 50, **FACT}),
    ]  # fmt: skip
    profile["realisation"] = {
        "indicators": [
            {"id": "pairs", "label": LABEL, "actual": "pair_share", "target": 0.5,
             "weight": 3, **FACT},
            {"id": "people", "label": LABEL, "actual": "person_item_share:type:school",
             "target": 1, "weight": 1, **FACT},
        ]
    }  # fmt: skip
    profile["alerts"] = [
        {"indicator": "pair_share", "below": 0.6, **FACT},
        {"indicator": "gini_people", "above": 0.1, "area": "district", **FACT},
        {"indicator": "single_share:clinic", "above": 0.99, **FACT},
    ]
    profile["acceptance"] = [
        {"id": "pairs", "label": LABEL, "indicator": "pair_share", "at_least": 0.75,
         **FACT},
        {"id": "courts", "label": LABEL, "indicator": "capacity_ratio:court_count",
         "at_least": 1, **FACT},
        {"id": "area", "label": LABEL, "indicator": "capacity_ratio:clinic_area",
         "at_least": 1, **FACT},
        {"id": "missing", "label": LABEL, "indicator": "missing_items",
         "at_most": 3, "area": "district", **FACT},
    ]  # fmt: skip
    return profile
