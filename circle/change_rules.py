"""What changes to limits, speeds and norms do to a city."""

from circle.change_effects import Changed, Effect, check_known
from circle.city import City
from circle.profile import Number, Profile
from circle.profile_rules import Limit
from circle.rejoining import with_rules
from circle.rules import rule_table
from circle.scenario import ChangeLimit, ChangeNorm, ChangeSpeed

# What a scenario assumes is the planner's own choice.
_OWN = {"source": "own", "confidence": "C"}


def change_limit(city: City, change: ChangeLimit, *, where: str) -> Changed:
    """
    Give some types another limit or mode.

    Parameters
    ----------
    city
        The city.
    change
        The change; it goes before every rule of the profile.
    where
        The change, for messages.

    Returns
    -------
    changed
        The city under the new rule, and the effects by type and kind of origin.

    Raises
    ------
    ConfigError
        If a type is not known, or the change says nothing.
    """
    profile = city.profile
    check_known(list(change.types), list(profile.type_ids), "facility type", where)
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


def change_speed(city: City, change: ChangeSpeed, *, where: str) -> Changed:
    """
    Let everybody walk or ride faster or slower; person groups keep their own speeds.

    Parameters
    ----------
    city
        The city.
    change
        The change.
    where
        The change, for messages.

    Returns
    -------
    changed
        The city with new networks, and the effect.
    """
    del where
    profile = city.profile
    key = f"{change.mode}_kmh"
    old = profile.speeds.kmh(change.mode)
    kmh = change.kmh if change.kmh is not None else old * (change.factor or 1.0)
    speeds = profile.speeds.model_copy(update={key: Number(value=kmh, **_OWN)})
    new = profile.model_copy(update={"speeds": speeds})
    return with_rules(city, new), [Effect("speed", change.mode, key, old, kmh)]


def change_norm(city: City, change: ChangeNorm, *, where: str) -> Changed:
    """
    Multiply the rates of a norm.

    Parameters
    ----------
    city
        The city.
    change
        The change.
    where
        The change, for messages.

    Returns
    -------
    changed
        The city under the new norm, and the effects by rate.

    Raises
    ------
    ConfigError
        If the profile has no such norm.
    """
    profile = city.profile
    check_known([change.norm], [one.id for one in profile.norms], "norm", where)
    norms, effects = [], []
    for norm in profile.norms:
        if norm.id == change.norm:
            rates = tuple(
                one.model_copy(update={"value": one.value * change.factor, **_OWN})
                for one in norm.rates
            )
            effects += [
                Effect("norm", norm.id, "rate", old.value, new.value)
                for old, new in zip(norm.rates, rates, strict=True)
            ]
            norms.append(norm.model_copy(update={"rates": rates}))
        else:
            norms.append(norm)
    new = profile.model_copy(update={"norms": tuple(norms)})
    return with_rules(city, new), effects


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
