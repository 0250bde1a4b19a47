"""Types that no candidate offers: told, and points made where none offers any."""

from collections.abc import Sequence

import numpy as np

from circle.city import City
from circle.errors import CircleWarning
from circle.evaluation import Evaluation
from circle.site_demand import demand_table, headline_columns, origin_people
from circle.siting_settings import SitingOptions


def points_wanted(
    city: City, evaluation: Evaluation, options: SitingOptions
) -> tuple[SitingOptions, tuple[CircleWarning, ...]]:
    """
    Make points of clusters where the candidates offer nothing that is missing.

    Parameters
    ----------
    city
        The city with its table of candidates.
    evaluation
        Its reach, which says what is missing.
    options
        What is asked for.

    Returns
    -------
    options
        With points made of clusters where no candidate offers any required type that
        somebody lacks; else as they are. A study without candidates, or one that asks
        for points of its own, gets none.
    warnings
        ``points-made`` where points are made; ``types-without-candidate`` where the
        candidates offer some of the missing types and not others; or none.
    """
    if city.candidates.empty or options.points.makes_any:
        return options, ()
    missing = _missing_types(city, evaluation)
    on_offer = {one for types in city.candidates["type_ids"] for one in types}
    absent = [
        one for one in missing if not on_offer & set(city.profile.serving_types(one))
    ]
    if not absent:
        return options, ()
    if len(absent) < len(missing):
        return options, (_partly(city, absent),)
    return options.with_clusters(), (_made(city, absent),)


def _missing_types(city: City, evaluation: Evaluation) -> list[str]:
    """List the required types that somebody who counts lacks."""
    table, reach = demand_table(city, evaluation)
    counts = table == "committees"
    concerned = np.ones(len(reach.origin_ids), bool)
    if not counts:
        concerned = origin_people(city, table) > 0
    lacking = (~reach.covered[concerned]).any(axis=0) & headline_columns(city, reach)
    return [one for one, some in zip(reach.type_ids, lacking, strict=True) if some]


def _names(city: City, type_ids: Sequence[str]) -> tuple[str, str]:
    """List the names of types in English and Chinese."""
    labels = [city.profile.type_of(one).label for one in type_ids]
    return ", ".join(one.en for one in labels), "、".join(one.zh for one in labels)


def _made(city: City, type_ids: Sequence[str]) -> CircleWarning:
    """Say that all points are made."""
    en, zh = _names(city, type_ids)
    return CircleWarning(
        "points-made",
        f"no candidate offers any of the required types that are missing ({en}); "
        "points were made in the middle of the people who lack them. They are no "
        "premises: look for some nearby, or name candidates for these types.",
        f"候选点均不可设置所缺的必备类型（{zh}）；已在缺口人口中心生成点位。"
        "生成点位并非实有场地，请就近物色，或补充可设这些类型的候选点。",
    )


def _partly(city: City, type_ids: Sequence[str]) -> CircleWarning:
    """Say which types no site can be proposed for."""
    en, zh = _names(city, type_ids)
    return CircleWarning(
        "types-without-candidate",
        f"no candidate offers {en}, so no site is proposed for "
        f"{'it' if len(type_ids) == 1 else 'them'}; add candidates, or "
        "`siting: {points: {made: [clusters]}}`.",
        f"没有候选点可设置{zh}，因此未提出选址建议；请补充候选点，"
        "或写 `siting: {points: {made: [clusters]}}` 生成点位。",
    )
