"""What about the inputs of a study needs care, in Chinese and English."""

from collections.abc import Mapping

import geopandas as gpd

from circle.areas import overlaps
from circle.errors import CircleWarning, list_ids
from circle.profile import Profile


def input_warnings(
    tables: Mapping[str, gpd.GeoDataFrame],
    *,
    profile: Profile,
    types: tuple[str, ...],
    outside: float,
) -> tuple[CircleWarning, ...]:
    """
    Say what about the input tables needs care.

    Parameters
    ----------
    tables
        The tables of a study by name.
    profile
        The standard.
    types
        Facility types that the inventory can hold.
    outside
        People of cells outside every subdistrict.

    Returns
    -------
    warnings
        Types left out, areas that overlap, types without an open facility,
        facilities without a place, people outside.
    """
    facilities = tables["facilities"]
    return (
        *_types_left_out(profile, types),
        *_inherited_marks(profile),
        *_overlapping(tables["subdistricts"]),
        *_types_without_facility(facilities, types),
        *_not_placed(facilities),
        *_people_outside(outside),
    )


def _types_left_out(
    profile: Profile, types: tuple[str, ...]
) -> tuple[CircleWarning, ...]:
    """Say which types of the profile cannot be measured on these facilities."""
    left_out = [one for one in profile.types if one.id not in types]
    if not left_out:
        return ()
    return (
        CircleWarning(
            "types-not-in-osm",
            f"{len(left_out)} types have no tag set in the profile, or are not among "
            "the `types:` of the inventory, and are left out: "
            f"{', '.join(one.id for one in left_out)}.",
            f"有{len(left_out)}类设施在标准中没有OSM标签，或不在清单声明的类型之内，未参与测算："
            f"{'、'.join(one.label.zh for one in left_out)}。",
        ),
    )


def _inherited_marks(profile: Profile) -> tuple[CircleWarning, ...]:
    """Say which marks of the profile were written for other required types."""
    found = profile.inherited
    if found is None:
        return ()
    count = len(profile.required_types)
    sections = ", ".join(found.sections)
    return (
        CircleWarning(
            "marks-inherited",
            f"profile '{profile.name}' takes {sections} over from '{found.base}', "
            f"whose {found.required} required types are other ones than its {count}; "
            "write these sections in the profile, or leave them out with null.",
            f"标准“{profile.name}”的{'、'.join(found.sections)}沿用“{found.base}”，"
            f"后者的{found.required}类必备设施与本标准的{count}类不同；"
            "请在标准中写明这些部分，或写 null 取消。",
        ),
    )


def _overlapping(subdistricts: gpd.GeoDataFrame) -> tuple[CircleWarning, ...]:
    """Say which subdistricts overlap."""
    shared = overlaps(subdistricts)
    if not shared:
        return ()
    pairs = list_ids(f"{a}/{b} ({size / 1e6:.2f} km²)" for a, b, size in shared)
    return (
        CircleWarning(
            "subdistricts-overlap",
            f"{len(shared)} pairs of subdistricts overlap: {pairs}; what lies in both "
            "counts for the one with the lower code.",
            f"有{len(shared)}对街镇范围相互重叠：{pairs}；重叠处计入编号较小的街镇。",
        ),
    )


def _types_without_facility(
    facilities: gpd.GeoDataFrame, types: tuple[str, ...]
) -> tuple[CircleWarning, ...]:
    """Say which types have no open facility."""
    provided = set(facilities.loc[facilities["status"] == "open", "type_id"])
    absent = [one for one in types if one not in provided]
    if not absent:
        return ()
    return (
        CircleWarning(
            "types-without-facility",
            f"the inventory holds no open facility of: {', '.join(absent)}.",
            f"清单中没有以下类型的开放设施：{'、'.join(absent)}。",
        ),
    )


def _not_placed(facilities: gpd.GeoDataFrame) -> tuple[CircleWarning, ...]:
    """Say which facilities have no place."""
    unplaced = facilities[facilities.geometry.isna()]
    if unplaced.empty:
        return ()
    ids = list_ids(unplaced["facility_id"])
    return (
        CircleWarning(
            "facilities-not-placed",
            f"{len(unplaced)} facilities have no coordinates and do not count: {ids}.",
            f"有{len(unplaced)}处设施没有坐标，未计入：{ids}。",
        ),
    )


def _people_outside(outside: float) -> tuple[CircleWarning, ...]:
    """Say how many people live outside every subdistrict."""
    if not outside > 0:
        return ()
    return (
        CircleWarning(
            "people-outside",
            f"{outside:,.0f} people live in cells outside every subdistrict and are "
            "not counted.",
            f"有{outside:,.0f}人所在网格不在任何街镇范围内，未计入。",
        ),
    )
