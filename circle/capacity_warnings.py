"""What is not known of capacities and of households, and what follows from that."""

from collections.abc import Mapping

import pandas as pd

from circle.city import City
from circle.errors import CircleWarning, list_ids
from circle.profile_norms import Norm


def capacity_warnings(city: City, capacity: pd.DataFrame) -> tuple[CircleWarning, ...]:
    """
    Say for which norms capacities, households or ages are not known.

    Parameters
    ----------
    city
        The city.
    capacity
        Contract ``capacity``.

    Returns
    -------
    warnings
        ``capacity-unknown``, ``households-unknown`` and ``age-band-unknown``, each
        with its counts, where it applies. What is unknown is never taken as zero:
        areas that depend on it are of the state ``unknown``.
    """
    norms = {one.id: one for one in city.profile.norms}
    district = capacity[capacity["area_kind"] == "district"]
    areas = capacity[capacity["area_kind"] == "subdistrict"]
    return (*_facilities(district, norms), *_bases(city, areas, norms))


def _facilities(
    district: pd.DataFrame, norms: Mapping[str, Norm]
) -> tuple[CircleWarning, ...]:
    """Count the facilities of unknown capacity, norm by norm."""
    rows = district[district["facilities_unknown"] > 0]
    if rows.empty:
        return ()
    counts = zip(
        rows["norm_id"], rows["facilities_unknown"], rows["facilities"], strict=True
    )
    told = [(norms[one].label, int(some), int(every)) for one, some, every in counts]
    en = "; ".join(f"{label.en}: {some} of {every}" for label, some, every in told)
    zh = "；".join(f"{label.zh}：{every}处中{some}处" for label, some, every in told)
    return (
        CircleWarning(
            "capacity-unknown",
            f"facilities whose capacity or size is not known ({en}) provide an unknown "
            "amount, not none; areas that depend on them are of the state unknown.",
            f"部分设施的容量或规模未填（{zh}）；按未知处理，不按零计，"
            "依赖这些设施的范围结论为“数据不全”。",
        ),
    )


def _bases(
    city: City, areas: pd.DataFrame, norms: Mapping[str, Norm]
) -> tuple[CircleWarning, ...]:
    """Name the subdistricts whose households, or people of an age, are not known."""
    unknown = areas[areas["base"].isna()]
    by_homes = unknown["norm_id"].map(lambda one: norms[one].per == "100_households")
    by_homes = by_homes.astype(bool)
    found = []
    n, listed = _listed(city, unknown[by_homes])
    if n:
        text = (
            "the households of some committees, or whether their housing is new or "
            f"old, are not known in {n} subdistricts ({listed}); what is required "
            "there is unknown, not none."
        )
        zh = (
            f"有{n}个街镇的部分居村缺少户数或住区类别（{listed}）；"
            "应配置量未知，不按零计。"
        )
        found.append(CircleWarning("households-unknown", text, zh))
    n, listed = _listed(city, unknown[~by_homes])
    if n:
        text = (
            f"the people of an age band that a norm counts are not known in {n} "
            f"subdistricts ({listed}); what is required there is unknown, not none."
        )
        zh = (
            f"有{n}个街镇缺少配置标准所计年龄段的人口（{listed}）；"
            "应配置量未知，不按零计。"
        )
        found.append(CircleWarning("age-band-unknown", text, zh))
    return tuple(found)


def _listed(city: City, rows: pd.DataFrame) -> tuple[int, str]:
    """Count the subdistricts of some rows and list their names."""
    names = dict(
        zip(city.subdistricts["subdistrict_id"], city.subdistricts["name"], strict=True)
    )
    ids = sorted(set(rows["area_id"]))
    return len(ids), list_ids([str(names.get(one, one)) for one in ids])
