"""Describe standards as tables: the list, and each one in full."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from circle.indicators import indicator_label, parse_indicator
from circle.profile import AREA_CLASSES, COMMITTEE_KINDS, Profile, Sourced
from circle.profile_norms import Norm
from circle.rules import TypeRule, type_rule
from circle.words_standards import standard_word

Row = tuple[str, ...]
_SUMMARY = (
    "profile", "title", "limit", "origin", "mode", "group", "types", "definition",
    "sources", "confidence",
)  # fmt: skip
_BRIEF = ("profile", "limit", "mode", "types", "title")
_TYPES = (
    "code", "type", "domain", "level", "tier", "limit", "mode", "satisfied_by",
    "source", "confidence",
)  # fmt: skip


@dataclass(frozen=True)
class TextTable:
    """A small table of texts."""

    title: str
    """What it shows; may be empty."""
    headers: Row
    """One header for each column."""
    rows: tuple[Row, ...]
    """The rows, each as long as the headers."""


def profile_list(
    profiles: Iterable[Profile], *, language: str, brief: bool = False
) -> TextTable:
    """
    List standards, one row each.

    Parameters
    ----------
    profiles
        The standards.
    language
        ``zh`` or ``en``.
    brief
        Whether only what fits on a terminal is wanted: name, at most two thresholds,
        modes, number of types, title.

    Returns
    -------
    table
        Name, title, thresholds, origin, modes, person groups, number of types,
        coverage definition, sources of the thresholds, and the confidence of
        thresholds, modes and types.

    Examples
    --------
    >>> from circle import read_profile
    >>> profile_list([read_profile("pudong")], language="en").rows[0][2:7]
    ('15 min', 'committee', 'walk, cycle', 'everybody', '13/21')
    """
    heads = tuple(standard_word(one, language) for one in _SUMMARY)
    rows = tuple(_summary(one, language) for one in profiles)
    if brief:
        columns = [_SUMMARY.index(one) for one in _BRIEF]
        heads = tuple(heads[i] for i in columns)
        rows = tuple(_brief([row[i] for i in columns], language) for row in rows)
    return TextTable("", heads, rows)


def profile_tables(profile: Profile, *, language: str) -> tuple[TextTable, ...]:
    """
    Write out one standard.

    Parameters
    ----------
    profile
        The standard.
    language
        ``zh`` or ``en``.

    Returns
    -------
    tables
        Rule, facility types, norms and sources; every fact with its source and
        confidence.
    """
    heads = ("fact", "value", "source", "confidence")
    norm_heads = ("norm", "of_types", "asks", "source", "confidence")
    found = (
        _table("title_rule", heads, _rule_rows(profile, language), language),
        _table("title_types", _TYPES, _type_rows(profile, language), language),
        _table("title_norms", norm_heads, _norm_rows(profile, language), language),
        _table("title_sources", ("key", "source"), profile.sources.items(), language),
    )
    return tuple(one for one in found if one.rows)


def _table(
    title: str, heads: Iterable[str], rows: Iterable[Row], language: str
) -> TextTable:
    """Put one table together."""
    headers = tuple(standard_word(one, language) for one in heads)
    return TextTable(standard_word(title, language), headers, tuple(rows))


def _summary(profile: Profile, language: str) -> Row:
    """Describe one standard in one row."""
    rules = [rule for one in profile.types for rule in _rules(profile, one.id)]
    sources = (one.fact.source for one in rules)
    return (
        profile.name,
        profile.title[language],
        _listed((_limit(one, language) for one in rules), language),
        standard_word(f"{profile.origin}_origin", language),
        _modes(rules, language),
        _listed(
            (_named(profile, one.travel.group, language) for one in rules), language
        ),
        f"{len(profile.required_types)}/{len(profile.types)}",
        standard_word(profile.coverage.definition, language),
        _listed((_source(one, language) for one in sources), language),
        _listed(_sureness(profile, rules, language), language),
    )


def _brief(row: list[str], language: str) -> Row:
    """Keep two thresholds of a brief row."""
    between = "、" if language == "zh" else ", "
    limits = row[1].split(between)
    row[1] = between.join([*limits[:2], *(["…"] if len(limits) > 2 else [])])
    return tuple(row)


def _sureness(
    profile: Profile, rules: Iterable[TypeRule], language: str
) -> Iterator[str]:
    """Say how sure thresholds, modes and types are, each by itself."""
    mode = profile.rule.mode
    parts = {
        "limit": {one.fact.confidence for one in rules},
        "mode": {one.confidence for one in ([mode] if mode else profile.rule.modes)},
        "types_word": {one.confidence for one in profile.types},
    }
    for key, found in parts.items():
        yield f"{standard_word(key, language)} {'/'.join(sorted(found))}"


def _rules(profile: Profile, type_id: str) -> list[TypeRule]:
    """List the rules of one type for all kinds of origins."""
    one_type = profile.type_of(type_id)
    return [
        type_rule(profile, one_type, (area, kind))
        for area in AREA_CLASSES
        for kind in COMMITTEE_KINDS
    ]


def _rule_rows(profile: Profile, language: str) -> Iterator[Row]:
    """List the facts of the rule and of what counts."""
    rule = profile.rule
    usual = rule.minutes if rule.metres is None else rule.metres
    if usual is not None:
        text = _plain_limit(
            None if rule.minutes is None else rule.minutes.value,
            None if rule.metres is None else rule.metres.value,
            rule.measure,
            language,
        )
        yield _with_fact(standard_word("limit", language), text, usual, language)
    yield from _mode_rows(profile, language)
    yield from _group_rows(profile, language)
    for key, fact in _named_facts(profile):
        value = getattr(fact, "value", None)
        label = standard_word(key, language)
        yield _with_fact(label, _value(key, value, language), fact, language)
    coverage = profile.coverage
    definition = standard_word("definition", language)
    text = standard_word(coverage.definition, language)
    yield _with_fact(definition, text, coverage, language)
    yield from _section_rows(profile, language)


def _section_rows(profile: Profile, language: str) -> Iterator[Row]:
    """List circles, complexes, requirements, warning lines and targets."""
    for one in profile.circles.values():
        limit = _plain_limit(one.minutes, one.metres, one.measure, language)
        circle = standard_word("circle", language)
        yield _with_fact(f"{circle} {one.label[language]}", limit, one, language)
    for complex_one in profile.complexes:
        names = [profile.type_of(one).label[language] for one in complex_one.of]
        name = profile.type_of(complex_one.type).label[language]
        label = standard_word("complex", language).format(type=name)
        form, n = standard_word("complex_of", language), complex_one.at_least
        text = form.format(n=n, types=_listed(names, language))
        yield _with_fact(label, text, complex_one, language)
    for mark in profile.acceptance:
        key = "at_least" if mark.at_least is not None else "at_most"
        value = mark.at_least if mark.at_least is not None else mark.at_most
        label = standard_word("requirement", language)
        text = standard_word(key, language).format(value=f"{value:g}")
        yield _with_fact(label.format(label=mark.label[language]), text, mark, language)
    yield from _monitoring_rows(profile, language)


def _monitoring_rows(profile: Profile, language: str) -> Iterator[Row]:
    """List warning lines and the targets of the realisation degree."""
    names = {str(key): one for key, one in profile.domains.items()}
    names |= {one.id: one.label for one in profile.types}
    names |= {one.id: one.label for one in profile.norms}
    for line in profile.alerts:
        key = "above" if line.below is None else "below"
        value = line.above if line.below is None else line.below
        name = indicator_label(parse_indicator(line.indicator), names, language)
        label = standard_word("alert", language).format(label=name)
        text = standard_word(key, language).format(value=f"{value:g}")
        yield _with_fact(label, text, line, language)
    for one in profile.realisation.indicators if profile.realisation else ():
        label = standard_word("target", language).format(label=one.label[language])
        form = standard_word("target_value", language)
        text = form.format(target=one.target, weight=one.weight)
        yield _with_fact(label, text, one, language)


def _group_rows(profile: Profile, language: str) -> Iterator[Row]:
    """List the speeds of person groups, that of the rule first."""
    own = profile.rule.group
    if own in profile.groups:
        label, name = standard_word("group", language), profile.groups[own].label
        yield _with_fact(label, name[language], profile.groups[own].walk_kmh, language)
    for group in profile.groups.values():
        for key in ("walk_kmh", "cycle_kmh", "steps_kmh"):
            form, speed = (standard_word(one, language) for one in ("group_speed", key))
            label = form.format(group=group.label[language], speed=speed)
            if (fact := getattr(group, key)) is not None:
                yield _with_fact(label, f"{fact.value:g}", fact, language)
    word = standard_word("limit", language)
    for limit in profile.rule.limits:
        for one in limit.person_groups if limit.minutes or limit.metres else ():
            label = f"{word} {_named(profile, one, language)}"
            text = _plain_limit(limit.minutes, limit.metres, limit.measure, language)
            yield _with_fact(label, text, limit, language)


def _mode_rows(profile: Profile, language: str) -> Iterator[Row]:
    """List the modes, one for all or one for each kind of committees."""
    label, one = standard_word("mode", language), profile.rule.mode
    if one is not None:
        yield _with_fact(label, standard_word(one.value, language), one, language)
    for rule in profile.rule.modes:
        area = profile.area_classes[rule.area_class][language]
        kind = standard_word(rule.committee_kind, language)
        text = standard_word(rule.mode, language)
        yield _with_fact(f"{label} {area}/{kind}", text, rule, language)


def _named_facts(profile: Profile) -> Iterator[tuple[str, Sourced]]:
    """List the single facts of a profile by the key of their names."""
    speeds, use = profile.speeds, profile.use
    facts: list[tuple[str, Sourced | None]] = [
        ("higher_level_satisfies_lower", profile.higher_level_satisfies_lower),
        *((one, getattr(speeds, one)) for one in type(speeds).model_fields),
        ("snap_limit_m", profile.snap.limit_m),
        ("island_km", profile.snap.island_km),
        *((one, getattr(use, one)) for one in type(use).model_fields),
    ]
    yield from ((key, one) for key, one in facts if one is not None)


def _value(key: str, value: object, language: str) -> str:
    """Write the value of a single fact."""
    if isinstance(value, bool):
        return standard_word("yes" if value else "no", language)
    if key == "borders":
        word = "open" if value == "open" else f"own_{value}"
        return standard_word(word, language)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _type_rows(profile: Profile, language: str) -> Iterator[Row]:
    """Describe each facility type."""
    for one in profile.types:
        rules = _rules(profile, one.id)
        serving = [
            profile.type_of(other).label[language]
            for other in profile.serving_types(one.id)[1:]
        ]
        yield (
            one.code,
            one.label[language],
            profile.domains[one.domain][language],
            standard_word(one.level, language),
            standard_word(one.tier, language),
            _listed((_sourced_limit(rule, language) for rule in rules), language),
            _modes(rules, language),
            _listed(serving, language),
            _source(one.source, language),
            standard_word(one.confidence, language),
        )


def _norm_rows(profile: Profile, language: str) -> Iterator[Row]:
    """Describe each figure of the norms, or say that none is known."""
    if not profile.norms:
        nothing = standard_word("nothing", language)
        yield (standard_word("no_norm", language), *([nothing] * 4))
    for norm in profile.norms:
        names = [profile.type_of(one).label[language] for one in norm.types]
        for text, fact in _norm_figures(norm, language):
            yield (
                norm.label[language],
                _listed(names, language),
                text,
                _source(fact.source, language),
                standard_word(fact.confidence, language),
            )


def _norm_figures(norm: Norm, language: str) -> Iterator[tuple[str, Sourced]]:
    """Write each figure of one norm."""
    measure = standard_word(norm.measure, language)
    for rate in norm.rates:
        text = standard_word("rate", language).format(
            value=f"{rate.value:g}",
            measure=measure,
            per=standard_word(str(norm.per), language),
        )
        if rate.build_era is not None:
            text += f" ({standard_word(f'rate_{rate.build_era}', language)})"
        if rate.area_class is not None:
            text += f" ({rate.area_class})"
        yield text, rate
    if norm.min_size is not None:
        text = standard_word("min_size", language)
        value = f"{norm.min_size.value:g}"
        yield text.format(value=value, measure=measure), norm.min_size
    people = norm.people_per_facility
    if people is not None:
        form = "people_most" if people.least is None else "people_range"
        least = f"{people.least or 0:,.0f}"
        text = standard_word(form, language).format(
            least=least, most=f"{people.most:,.0f}"
        )
        yield text, people


def _with_fact(label: str, text: str, fact: Sourced, language: str) -> Row:
    """Write a fact with its source and confidence."""
    confidence = standard_word(fact.confidence, language)
    return (label, text, _source(fact.source, language), confidence)


def _limit(rule: TypeRule, language: str) -> str:
    """Write the limit of a rule."""
    return _plain_limit(rule.minutes, rule.metres, rule.travel.measure, language)


def _sourced_limit(rule: TypeRule, language: str) -> str:
    """Write the limit of a rule with its source and confidence."""
    fact = rule.fact
    return (
        f"{_limit(rule, language)} [{_source(fact.source, language)} {fact.confidence}]"
    )


def _plain_limit(
    minutes: float | None, metres: float | None, measure: str | None, language: str
) -> str:
    """Write a limit in minutes or metres."""
    if minutes is not None:
        return standard_word("minutes", language).format(value=f"{minutes:g}")
    key = "straight" if measure == "straight" else "length"
    return standard_word(key, language).format(value=f"{metres:,.0f}")


def _modes(rules: Iterable[TypeRule], language: str) -> str:
    """Write the modes of some rules, walking first."""
    found = {one.travel.mode for one in rules}
    names = [one for one in ("walk", "cycle") if one in found]
    return _listed((standard_word(one, language) for one in names), language)


def _named(profile: Profile, group: str, language: str) -> str:
    """Write the name of a person group."""
    found = profile.groups.get(group)
    return found.label[language] if found else standard_word("standard", language)


def _source(key: str, language: str) -> str:
    """Write the key of a source."""
    return standard_word("own", language) if key == "own" else key


def _listed(texts: Iterable[str], language: str) -> str:
    """Join texts, each once, in the order of their coming."""
    return ("、" if language == "zh" else ", ").join(dict.fromkeys(texts))
