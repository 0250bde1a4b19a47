"""How far coverage and missing items depend on the assumptions of a study."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from circle.change_rules import shift_limits
from circle.changes import apply_changes
from circle.city import City
from circle.comparison import headline_share
from circle.evaluation import Evaluation, evaluate
from circle.profile import MODES
from circle.profile_rules import BorderRule
from circle.rejoining import with_rules, with_snap_limit
from circle.results import results_of
from circle.scenario import Scenario

_TOLD = ["subdistrict_id", "committee_name", "type_id", "required", "population"]
_OWN = {"source": "own", "confidence": "C"}
_SPEEDS = (0.9, 1.1)
_MINUTES = (-1.0, 1.0)
_SNAP_M = (-50.0, 50.0)
Stage = Callable[[str], None]


@dataclass(frozen=True)
class Sensitivity:
    """What becomes of coverage and missing items under other assumptions."""

    table: pd.DataFrame
    """One row per variant, the study as it is first: ``assumption``, ``variant``,
    ``share``, ``change``, ``missing_items``, ``missing_required``, ``items_gone``,
    ``items_new``."""
    items: pd.DataFrame
    """Every item missing in some variant: ``item_id``, ``subdistrict_id``,
    ``committee_name``, ``type_id``, ``required``, ``population``, ``missing_now``,
    ``n_missing`` (variants in which it is missing), ``robust`` (missing in all) and
    ``hangs_on`` (assumptions that change it)."""
    labels: Mapping[str, Mapping[str, str]]
    """Names of the facility types in Chinese (``zh``) and English (``en``)."""
    places: Mapping[str, str]
    """Names of the subdistricts."""


def measure_sensitivity(
    city: City,
    *,
    others: Mapping[str, City] | None = None,
    on_stage: Stage = lambda _: None,
) -> Sensitivity:
    """
    Measure a city again and again, each time with one assumption otherwise.

    Speeds 10 % down and up, limits one minute down and up, the limit of the way to
    the network 50 m down and up, facilities beyond the border counted or not, and
    other studies of the same committees, such as with another source of people.

    Parameters
    ----------
    city
        The city.
    others
        Name to city of other studies of the same committees.
    on_stage
        Called with the name of each variant as it begins.

    Returns
    -------
    sensitivity
        Tables of variants and items.

    Examples
    --------
    >>> from circle import load_city, read_study
    >>> from circle.shipped import shipped_folder
    >>> city = load_city(read_study(shipped_folder("demo_district") / "study.yaml"))
    >>> table = measure_sensitivity(city).table.set_index("variant")["change"]
    >>> bool(table["speed x0.9"] <= 0 <= table["speed x1.1"])
    True
    """
    rows: list[dict[str, object]] = []
    missing: dict[tuple[str, str], set[str]] = {}
    told: list[pd.DataFrame] = []
    first = 0.0
    for assumption, variant, found in _variants(city, others or {}, on_stage):
        share = headline_share(results_of(found))
        items = found.missing_items
        own = set(items["item_id"])
        if not rows:
            first = share
        base = missing.setdefault(("study", "as it is"), own)
        missing[assumption, variant] = own
        told.append(items[["item_id", *_TOLD]])
        rows.append(
            {
                "assumption": assumption,
                "variant": variant,
                "share": share,
                "change": share - first,
                "missing_items": len(items),
                "missing_required": int(items["required"].sum()),
                "items_gone": len(base - own),
                "items_new": len(own - base),
            }
        )
    labels = {
        one.id: {"zh": one.label.zh, "en": one.label.en} for one in city.profile.types
    }
    areas = city.subdistricts
    places = dict(zip(areas["subdistrict_id"], areas["name"], strict=True))
    return Sensitivity(
        pd.DataFrame(rows), _items(missing, told), labels=labels, places=places
    )


def _variants(
    city: City, others: Mapping[str, City], on_stage: Stage
) -> Iterator[tuple[str, str, Evaluation]]:
    """Yield assumption, variant and what is measured under it."""
    for assumption, variant, make in _changes(city):
        on_stage(variant)
        yield assumption, variant, evaluate(make())
    for name, other in others.items():
        on_stage(name)
        yield "inputs", name, evaluate(other)


def _changes(city: City) -> Iterator[tuple[str, str, Callable[[], City]]]:
    """Yield assumption, variant and how the city is made."""
    yield "study", "as it is", partial(replace, city)
    for factor in _SPEEDS:
        yield "speed", f"speed x{factor:g}", partial(_faster, city, factor)
    for more in _MINUTES:
        yield "limit", f"limit {more:+g} min", partial(_longer, city, more)
    if city.detour is None:
        limit_m = city.profile.snap.limit_m.value
        for more in _SNAP_M:
            wider_m = max(limit_m + more, 1.0)
            yield "snap", f"snap {more:+g} m", partial(with_snap_limit, city, wider_m)
    usual = city.profile.use.borders
    for value in ("open", "district", "subdistrict"):
        if value != ("open" if usual is None else usual.value):
            yield "borders", f"borders {value}", partial(_bordered, city, value)


def _longer(city: City, minutes: float) -> City:
    """Make every limit longer or shorter."""
    return with_rules(city, shift_limits(city.profile, minutes))


def _faster(city: City, factor: float) -> City:
    """Let everybody travel faster or slower."""
    changes = [
        {"change": "change_speed", "mode": mode, "factor": factor} for mode in MODES
    ]
    scenario = Scenario.model_validate({"name": "speed", "changes": changes})
    return apply_changes(city, scenario).city


def _bordered(city: City, value: str) -> City:
    """Let other facilities count across borders."""
    rule = BorderRule.model_validate({"value": value, **_OWN})
    use = city.profile.use.model_copy(update={"borders": rule})
    return replace(city, profile=city.profile.model_copy(update={"use": use}))


def _items(
    missing: Mapping[tuple[str, str], set[str]], told: Sequence[pd.DataFrame]
) -> pd.DataFrame:
    """Tell which items are missing whatever is assumed, and what others depend on."""
    now = missing["study", "as it is"]
    every = sorted(set().union(*missing.values()))
    rows = []
    for item in every:
        inside = [key for key, own in missing.items() if item in own]
        moved_by = dict.fromkeys(
            assumption
            for (assumption, _), own in missing.items()
            if (item in own) != (item in now)
        )
        rows.append(
            {
                "item_id": item,
                "missing_now": item in now,
                "n_missing": len(inside),
                "robust": len(inside) == len(missing),
                "hangs_on": ", ".join(moved_by),
            }
        )
    names = ["item_id", "missing_now", "n_missing", "robust", "hangs_on"]
    known = pd.concat(told).drop_duplicates("item_id")
    table = known.merge(pd.DataFrame(rows, columns=names), on="item_id")
    order = np.lexsort(
        (table["item_id"].to_numpy(dtype=str), -table["n_missing"].to_numpy(dtype=int))
    )
    return table.iloc[order].reset_index(drop=True)
