"""What changes to limits, speeds and norms do to a city."""

from collections.abc import Mapping

from circle.change_effects import Apply, Changed, Effect, check_known, fault
from circle.city import City
from circle.errors import ConfigError, Words
from circle.profile import Number, Profile
from circle.profile_norms import Norm
from circle.profile_rules import Limit
from circle.rejoining import with_rules
from circle.rules import rule_table
from circle.scenario import ChangeLimit, ChangeNorm, ChangeSpeed

# What a scenario assumes is the planner's own choice.
_OWN = {"source": "own", "confidence": "C"}


def _change_limit(city: City, change: ChangeLimit, where: Words) -> Changed:
    """Give some types another limit or mode, before every rule of the profile."""
    profile = city.profile
    what = Words("facility type", zh="设施类型")
    check_known(change.types, profile.type_ids, what, where)
    limit = Limit(
        types=change.types,
        area_classes=change.area_classes,
        committee_kinds=change.committee_kinds,
        minutes=change.minutes,
        metres=change.metres,
        measure=None if change.metres is None else "length",
        mode=change.mode,
        **_OWN,
    )
    rule = profile.rule.model_copy(update={"limits": (*profile.rule.limits, limit)})
    new = profile.model_copy(update={"rule": rule})
    return with_rules(city, new), _rule_effects(profile, new)


def _change_speed(city: City, change: ChangeSpeed, where: Words) -> Changed:
    """Let everybody walk or ride faster or slower, but for person groups."""
    del where  # nothing of the city can refuse it
    profile = city.profile
    key = f"{change.mode}_kmh"
    old = profile.speeds.kmh(change.mode)
    kmh = change.kmh if change.kmh is not None else old * (change.factor or 1.0)
    speeds = profile.speeds.model_copy(update={key: Number(value=kmh, **_OWN)})
    new = profile.model_copy(update={"speeds": speeds})
    return with_rules(city, new), [Effect("speed", change.mode, key, old, kmh)]


def _change_norm(city: City, change: ChangeNorm, where: Words) -> Changed:
    """Multiply what a norm asks for."""
    profile = city.profile
    known = {one.id: one for one in profile.norms}
    check_known([change.norm], list(known), Words("norm", zh="配置标准"), where)
    new, effects = _scaled(known[change.norm], change.factor, where)
    norms = tuple(new if one.id == new.id else one for one in profile.norms)
    return with_rules(city, profile.model_copy(update={"norms": norms})), effects


def _scaled(norm: Norm, factor: float, where: Words) -> tuple[Norm, list[Effect]]:
    """
    Multiply the rates of a norm; of people per facility there are fewer, then.

    Raises
    ------
    ConfigError
        If it has a least size only.
    """
    rates = tuple(
        one.model_copy(update={"value": one.value * factor, **_OWN})
        for one in norm.rates
    )
    effects = []
    for old, new in zip(norm.rates, rates, strict=True):
        parts = ("rate", old.area_class, old.build_era)
        name = " ".join(one for one in parts if one)
        effects.append(Effect("norm", norm.id, name, old.value, new.value))
    people = norm.people_per_facility
    if people is not None:
        least = None if people.least is None else people.least / factor
        update = {"least": least, "most": people.most / factor, **_OWN}
        effects += [
            Effect("norm", norm.id, f"people_per_facility {name}", was, update[name])
            for name, was in (("least", people.least), ("most", people.most))
            if was is not None
        ]
        people = people.model_copy(update=update)
    if not effects:
        raise ConfigError(
            fault(where, "change-norm-without-rates", item="norm", id=norm.id)
        )
    return norm.model_copy(
        update={"rates": rates, "people_per_facility": people}
    ), effects


def shift_limits(profile: Profile, minutes: float) -> Profile:
    """
    Make every limit of a standard longer or shorter by the same time.

    Parameters
    ----------
    profile
        The standard.
    minutes
        Minutes more, or fewer where negative; a limit in metres changes by the way
        walked in that time. No limit falls below a tenth of itself.

    Returns
    -------
    profile
        The standard with these limits.
    """
    metres = minutes * profile.speeds.kmh("walk") * 1000 / 60

    def moved(value: float | None, more: float) -> float | None:
        return None if value is None else max(value + more, 0.1 * value)

    limits = tuple(
        one.model_copy(
            update={
                "minutes": moved(one.minutes, minutes),
                "metres": moved(one.metres, metres),
            }
        )
        for one in profile.rule.limits
    )
    update: dict[str, object] = {"limits": limits}
    for name, more in (("minutes", minutes), ("metres", metres)):
        number = getattr(profile.rule, name)
        if number is not None:
            value = moved(number.value, more)
            update[name] = Number.model_validate({"value": value, **_OWN})
    return profile.model_copy(update={"rule": profile.rule.model_copy(update=update)})


def _rule_effects(old: Profile, new: Profile) -> list[Effect]:
    """List the pairs of type and kind of origin whose rule is another."""
    before, after = rule_table(old), rule_table(new)
    effects = []
    for origin, rules in before.items():
        for one, was, now in zip(old.types, rules, after[origin], strict=True):
            texts = [
                f"{rule.travel.id} {rule.minutes:g} min"
                if rule.minutes is not None
                else f"{rule.travel.id} {rule.metres:g} m"
                for rule in (was, now)
            ]
            if texts[0] != texts[1]:
                name = f"{one.id}, {origin[0]}, {origin[1]}"
                effects.append(Effect("rule", name, "limit", *texts))
    return effects


RULE_CHANGES: Mapping[type, Apply] = {
    ChangeLimit: _change_limit,
    ChangeSpeed: _change_speed,
    ChangeNorm: _change_norm,
}
