"""The time model in use, as every output states it: speeds, waits, slopes, groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from circle.fact_texts import speed_text, verify_mark
from circle.words_tables import table_word

if TYPE_CHECKING:
    from circle.city import City
    from circle.profile_rules import Amount, Speeds


def time_model_rows(city: City) -> tuple[tuple[str, str], ...]:
    """
    State what travel times rest on, one part of the time model per row.

    Parameters
    ----------
    city
        The city.

    Returns
    -------
    rows
        Key of the label in `table_word`, and text in the language of the study:
        speeds on foot, by bicycle and on steps, ferries and the wait for them, the
        delay at signals, slopes, and the person groups in use with their speeds.
        What is not counted is said as well. Straight lines have speeds only.
    """
    language, speeds = city.study.language, city.profile.speeds
    rows = [
        ("walk_speed", speed_text(speeds.walk_kmh, language)),
        ("cycle_speed", speed_text(speeds.cycle_kmh, language)),
    ]
    if city.detour is None:
        steps = speeds.steps_kmh
        same = table_word("as_walking", language)
        rows += [
            ("steps_speed", same if steps is None else speed_text(steps, language)),
            ("ferry", _ferry_text(speeds, language)),
            ("signal_delay", _amount(speeds.signal_delay_s, "seconds", language)),
            ("slopes", _slopes_text(city)),
        ]
    return (*rows, ("person_groups", _groups_text(city)))


def time_model_text(city: City) -> str:
    """
    State the time model in one paragraph, for a legend or a note.

    Parameters
    ----------
    city
        The city.

    Returns
    -------
    text
        The rows of `time_model_rows`, in the language of the study.
    """
    language = city.study.language
    colon, mark, end = ("：", "；", "。") if language == "zh" else (": ", "; ", ".")
    parts = [
        f"{table_word(key, language)}{colon}{text}"
        for key, text in time_model_rows(city)
    ]
    return mark.join(parts) + end


def counted_text(city: City) -> str:
    """
    State what counts in times beside the speeds, for the line under a title.

    Parameters
    ----------
    city
        The city.

    Returns
    -------
    text
        One sentence; nothing where only the speeds of walking and cycling count.
    """
    language, speeds = city.study.language, city.profile.speeds
    if city.detour is not None:
        return ""
    rows = dict(time_model_rows(city))
    waits = (speeds.ferry_wait_min, speeds.signal_delay_s)
    named = {
        "steps_speed": speeds.steps_kmh is not None,
        "ferry": waits[0] is not None and waits[0].value > 0,
        "signal_delay": waits[1] is not None and waits[1].value > 0,
        "slopes": _heights_file(city) is not None,
        "person_groups": bool(_groups_in_use(city)),
    }
    parts = [
        f"{table_word(key, language)} {rows[key]}" for key, one in named.items() if one
    ]
    if not parts:
        return ""
    comma = "、" if language == "zh" else ", "
    return table_word("also_counted", language).format(parts=comma.join(parts))


def time_model_facts(city: City) -> dict[str, object]:
    """
    State the time model for scripts.

    Parameters
    ----------
    city
        The city.

    Returns
    -------
    facts
        Speeds in km/h, waits in minutes, delays in seconds, each None where it is not
        given, with whether it is to be verified; the detour factor of straight lines;
        the raster of heights by its file name; the speeds of the person groups in use.
    """
    speeds = city.profile.speeds
    return {
        **_speed_facts(speeds),
        "heights": _heights_file(city),
        "straight_line_detour": city.detour,
        "person_groups": {
            name: _speed_facts(city.profile.groups[name].speeds(speeds))
            for name in _groups_in_use(city)
        },
    }


def _speed_facts(speeds: Speeds) -> dict[str, object]:
    """Give every figure of a set of speeds, and whether it is to be verified."""
    return {
        name: None
        if (fact := getattr(speeds, name)) is None
        else {"value": fact.value, "to_be_verified": fact.to_be_verified}
        for name in type(speeds).model_fields
    }


def _ferry_text(speeds: Speeds, language: str) -> str:
    """Say how fast ferries go and how long people wait for them."""
    return table_word("ferry_value", language).format(
        speed=speed_text(speeds.ferry_kmh, language),
        wait=_amount(speeds.ferry_wait_min, "minutes", language),
    )


def _amount(fact: Amount | None, unit: str, language: str) -> str:
    """Write a wait; one that is not given, or zero, is not counted."""
    if fact is None or fact.value == 0:
        return table_word("not_counted", language)
    text = table_word(f"{unit}_value", language).format(value=fact.value)
    return text + verify_mark(fact.to_be_verified, language)


def _slopes_text(city: City) -> str:
    """Say whether slopes count, and by which raster."""
    file, language = _heights_file(city), city.study.language
    if file is None:
        return table_word("not_counted", language)
    return table_word("slopes_value", language).format(file=file)


def _heights_file(city: City) -> str | None:
    """Name the raster of heights, where the study has one."""
    streets = city.study.streets
    if city.detour is not None or streets is None or streets.heights is None:
        return None
    return city.study.input_path(streets.heights).name


def _groups_text(city: City) -> str:
    """Name the person groups in use with their speeds."""
    language, profile = city.study.language, city.profile
    comma = "、" if language == "zh" else ", "
    texts = []
    for name in _groups_in_use(city):
        group, speeds = (
            profile.groups[name],
            profile.groups[name].speeds(profile.speeds),
        )
        texts.append(
            table_word("person_group_value", language).format(
                group=group.label[language],
                walk=speed_text(speeds.walk_kmh, language),
                cycle=speed_text(speeds.cycle_kmh, language),
            )
        )
    return comma.join(texts) or table_word("no_groups", language)


def _groups_in_use(city: City) -> tuple[str, ...]:
    """List the person groups that something was measured for, as the profile does."""
    used = {one.group for one in city.travels.values()}
    return tuple(one for one in city.profile.groups if one in used)
