"""Compare two results: what changed, who gains, who loses."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from circle.comparison_more import (
    age_changes,
    band_of,
    cell_areas,
    gap_changes,
    indicator_changes,
    measure_changes,
)
from circle.comparison_plans import PlanComparison, compare_plans
from circle.contracts_compared import (
    COVERAGE_CHANGES,
    DOMAIN_CHANGES,
    FACILITY_CHANGES,
    ITEM_CHANGES,
    PEOPLE_CHANGES,
)
from circle.results import Results

_KEY = ["area_kind", "area_id", "group_kind", "group_id"]
# What the headline counts, to the column of coverage that holds its share.
HEADLINE_SHARES = {
    "committee_pair": "pair_share",
    "committee_all": "committee_complete_share",
    "population": "person_item_share",
}
_SHARES = (
    "pair_share",
    "committee_complete_share",
    "person_item_share",
    "population_complete_share",
)


@dataclass(frozen=True)
class Comparison:
    """What is otherwise in the second of two results."""

    before: Results
    """The first."""
    after: Results
    """The second."""
    coverage: pd.DataFrame
    """Contract ``coverage_changes``."""
    items: pd.DataFrame
    """Contract ``item_changes``."""
    facilities: pd.DataFrame
    """Contract ``facility_changes``."""
    domains: pd.DataFrame
    """Contract ``domain_changes``."""
    people: pd.DataFrame
    """Contract ``people_changes``."""
    ages: pd.DataFrame
    """Contract ``age_changes``."""
    gaps: pd.DataFrame
    """Contract ``gap_changes``; empty where clusters were not found in both."""
    measures: pd.DataFrame
    """Contract ``measure_changes``; empty where they were not taken in both."""
    plans: PlanComparison
    """The siting plans of both, site by site."""
    indicators: pd.DataFrame
    """Contract ``indicator_changes``: what follows coverage, recomputed or marked."""
    cells: pd.DataFrame
    """Cells of both with ``gained`` and ``lost`` (types), for the map; empty where
    the cells are not the same."""
    remarks: tuple[str, ...]
    """Codes of what cannot be compared, or only with care."""


def compare(before: Results, after: Results) -> Comparison:
    """
    Compare two results of one district.

    Parameters
    ----------
    before
        The first: last year, or the base.
    after
        The second: this year, or a scenario.

    Returns
    -------
    comparison
        Tables of changes. What exists in one of the two only has no change: its
        columns of the other are empty.

    Examples
    --------
    >>> from circle import load_city, read_study
    >>> from circle.evaluation import evaluate
    >>> from circle.results import results_of
    >>> from circle.shipped import shipped_folder
    >>> city = load_city(read_study(shipped_folder("demo_district") / "study.yaml"))
    >>> one = results_of(evaluate(city))
    >>> set(compare(one, one).items["change"])
    {'unchanged'}
    """
    cells, remarks = _cell_changes(before, after)
    facilities = _facility_changes(before, after)
    return Comparison(
        before=before,
        after=after,
        coverage=_coverage_changes(before, after),
        items=_item_changes(before, after),
        facilities=facilities,
        people=_people_changes(before, after, cells),
        domains=_by_domain(facilities),
        ages=age_changes(before, after),
        gaps=gap_changes(before, after),
        measures=measure_changes(before, after),
        plans=compare_plans(
            before.sites,
            after.sites,
            missing_items=pd.concat([before.missing_items, after.missing_items]),
        ),
        indicators=indicator_changes(before, after),
        cells=cells,
        remarks=remarks + _other_remarks(before, after),
    )


def headline_share(results: Results, area_id: str = "district") -> float:
    """
    Give the headline share of results, by their own definition.

    Parameters
    ----------
    results
        The results.
    area_id
        Code of an area; the district if not given.

    Returns
    -------
    share
        0 to 1; NaN where nothing is counted.
    """
    table = results.coverage
    rows = table[(table["area_id"] == area_id) & (table["group_kind"] == "required")]
    if rows.empty:
        return float("nan")
    return float(rows[HEADLINE_SHARES[results.facts["definition"]]].iloc[0])


def _coverage_changes(before: Results, after: Results) -> pd.DataFrame:
    """Set the shares of both side by side."""
    names = [*_SHARES, "population"]
    both = before.coverage[[*_KEY, *names]].merge(
        after.coverage[[*_KEY, *names]],
        on=_KEY,
        how="outer",
        suffixes=("_before", "_after"),
        sort=False,
    )
    for name in _SHARES:
        both[f"{name}_change"] = both[f"{name}_after"] - both[f"{name}_before"]
    order = {tuple(key): i for i, key in enumerate(after.coverage[_KEY].to_numpy())}
    rank = [order.get(tuple(key), len(order)) for key in both[_KEY].to_numpy()]
    both = both.iloc[np.argsort(rank, kind="stable")].reset_index(drop=True)
    return both[list(COVERAGE_CHANGES.names)]


def _item_changes(before: Results, after: Results) -> pd.DataFrame:
    """Tell cleared, new and unchanged missing items apart by their ids."""
    told = ["item_id", "subdistrict_id", "committee_id", "committee_name", "type_id",
            "domain", "required", "population"]  # fmt: skip
    old, new = before.missing_items, after.missing_items
    both = old[[*told, "travel_time_min"]].merge(
        new[[*told, "travel_time_min"]],
        on="item_id",
        how="outer",
        suffixes=("_before", "_after"),
        indicator=True,
        sort=False,
    )
    words = {"left_only": "cleared", "right_only": "new", "both": "unchanged"}
    both["change"] = both["_merge"].astype(object).map(words)
    both.loc[(both["change"] == "cleared") & ~_still_asked(both, after), "change"] = (
        "not_asked"
    )
    both.loc[(both["change"] == "new") & ~_still_asked(both, before), "change"] = (
        "newly_asked"
    )
    for name in told[1:]:
        later, earlier = both[f"{name}_after"], both[f"{name}_before"]
        both[name] = later.where(later.notna(), earlier)
    rank = both["change"].map({one: i for i, one in enumerate(_ORDER)})
    order = np.lexsort((both["item_id"].to_numpy(dtype=str), rank.to_numpy()))
    both = both.iloc[order].reset_index(drop=True)
    return both[list(ITEM_CHANGES.names)]


_ORDER = ("new", "newly_asked", "cleared", "not_asked", "unchanged")


def _still_asked(both: pd.DataFrame, other: Results) -> NDArray[np.bool_]:
    """Tell whether the other results asked for the pair at all."""
    types = set(other.type_ids)
    committees = set(other.cells["committee_id"].dropna())
    committees |= set(other.missing_items["committee_id"])
    keys = both["item_id"].str.rsplit(":", n=1)
    return np.array(
        [type_id in types and committee in committees for committee, type_id in keys],
        dtype=bool,
    )


def _facility_changes(before: Results, after: Results) -> pd.DataFrame:
    """Count the open facilities of each type before and after."""
    domains = {key: one["domain"] for key, one in before.facts["types"].items()}
    domains |= {key: one["domain"] for key, one in after.facts["types"].items()}
    was, now = _open_ids(before), _open_ids(after)
    rows = []
    for type_id, domain in domains.items():
        old, new = was.get(type_id, set()), now.get(type_id, set())
        rows.append(
            {
                "domain": domain,
                "type_id": type_id,
                "open_before": len(old),
                "added": len(new - old),
                "closed": len(old - new),
                "open_after": len(new),
                "added_ids": tuple(sorted(new - old)),
                "closed_ids": tuple(sorted(old - new)),
            }
        )
    return pd.DataFrame(rows, columns=list(FACILITY_CHANGES.names))


def _by_domain(facilities: pd.DataFrame) -> pd.DataFrame:
    """Sum the facilities up by domain."""
    counts = [one for one in DOMAIN_CHANGES.names if one != "domain"]
    table = facilities.groupby("domain", sort=False)[counts].sum().reset_index()
    return table[list(DOMAIN_CHANGES.names)]


def _open_ids(results: Results) -> dict[str, set[str]]:
    """Give the codes of the open facilities of each type."""
    is_open = results.facilities[results.facilities["status"] == "open"]
    return {
        str(key): set(ids) for key, ids in is_open.groupby("type_id")["facility_id"]
    }


def _cell_changes(
    before: Results, after: Results
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Match the cells and mark which types each gained and lost."""
    types = [one for one in after.type_ids if one in before.type_ids]
    old = before.cells.set_index("cell_id")
    new = after.cells.set_index("cell_id")
    shared = new.index[new.index.isin(old.index)]
    remarks: tuple[str, ...] = ()
    if len(shared) < max(len(old), len(new)):
        remarks = ("other-cells",)
    old, new = old.loc[shared], new.loc[shared]
    columns = [f"covered_{one}" for one in types]
    was = old[columns].to_numpy(dtype=bool)
    now = new[columns].to_numpy(dtype=bool)
    people = [name for name in new.columns if name.startswith("population")]
    cells = new[["subdistrict_id", "area_class", "x_m", "y_m", *people]].copy()
    for i, one in enumerate(types):
        cells[f"gained_{one}"] = now[:, i] & ~was[:, i]
        cells[f"lost_{one}"] = was[:, i] & ~now[:, i]
    return cells.reset_index(), remarks


def _people_changes(
    before: Results, after: Results, cells: pd.DataFrame
) -> pd.DataFrame:
    """Count who gains and who loses each type, by area and age; never only the net."""
    types = [one for one in after.type_ids if one in before.type_ids]
    bands = [name for name in cells.columns if name.startswith("population")]
    moved = {
        what: cells[[f"{what}_{one}" for one in types]].to_numpy(dtype=float)
        for what in ("gained", "lost")
    }
    parts = []
    for kind, area in cell_areas(cells):
        names, code = np.unique(area.astype(str), return_inverse=True)
        inside = csr_array(
            (np.ones(len(code)), (code, np.arange(len(code)))),
            shape=(len(names), len(code)),
        )
        for band in bands:
            people = cells[band].to_numpy(dtype=float)[:, None]
            gain, loss = (inside @ (people * moved[what]) for what in moved)
            at, which = np.nonzero((gain != 0) | (loss != 0))
            parts.append(
                pd.DataFrame(
                    {
                        "area_kind": kind,
                        "area_id": names[at].astype(object),
                        "age_band": band_of(band),
                        "type_id": np.array(types, dtype=object)[which],
                        "people_gain": gain[at, which],
                        "people_lose": loss[at, which],
                    }
                )
            )
    table = pd.concat(parts, ignore_index=True)
    table["people_net"] = table["people_gain"] - table["people_lose"]
    return table[list(PEOPLE_CHANGES.names)]


def _other_remarks(before: Results, after: Results) -> tuple[str, ...]:
    """Name differences of the measure itself, which make changes of another kind."""
    pairs = (
        ("other-profile", "profile"),
        ("other-edition", "edition"),
        ("other-definition", "definition"),
        ("other-crs", "crs"),
    )
    found = [code for code, key in pairs if before.facts[key] != after.facts[key]]
    if set(before.type_ids) != set(after.type_ids):
        found.append("other-types")
    if set(before.facts["subdistricts"]) != set(after.facts["subdistricts"]):
        found.append("other-subdistricts")
    if not (before.measures and after.measures):
        found.append("not-recomputed")
    return tuple(found)
