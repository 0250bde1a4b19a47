"""How an assessment shows itself in a notebook: its headline, a map and a table."""

from collections.abc import Iterable
from html import escape

from circle.assessment import Assessment
from circle.facts import definition_text, headline_text
from circle.report_chapters import area_table
from circle.report_maps import district_svg, share_legend
from circle.sheet_parts import clean_text

_CELL = 'style="text-align:right;padding:2px 8px"'
_FIRST = 'style="text-align:left;padding:2px 8px"'


def assessment_html(assessment: Assessment) -> str:
    """
    Write an assessment as a part of a page that needs no network and no script.

    Parameters
    ----------
    assessment
        The assessment.

    Returns
    -------
    html
        Title, headline with its denominator, the district's map with its legend, and
        one row of figures for each subdistrict; every text is escaped.

    Examples
    --------
    >>> from circle import assess, load_city, read_study
    >>> from circle.shipped import shipped_folder
    >>> city = load_city(read_study(shipped_folder("demo_district") / "study.yaml"))
    >>> shown = assessment_html(assess(city))
    >>> [shown.count(one) for one in ("<svg", "<table", "<script")]
    [1, 1, 0]
    """
    table = area_table(assessment, "subdistrict")
    legend = "".join(
        f'<span style="background:{colour};padding:0 .6em;margin:0 .3em 0 .8em"></span>'
        f"{escape(text)}"
        for colour, text in share_legend(assessment)
    )
    head = _row(table["head"], "th")
    rows = "".join(_row(one, "td") for one in table["rows"])
    return (
        f"<div><p><b>{escape(clean_text(assessment.city.study.title))}</b><br/>"
        f"{escape(headline_text(assessment))}<br/>"
        f"<small>{escape(definition_text(assessment))}</small></p>"
        f'<div style="max-width:640px">{district_svg(assessment)}</div>'
        f"<p><small>{legend}</small></p>"
        f"<table><thead>{head}</thead><tbody>{rows}</tbody></table></div>"
    )


def _row(texts: Iterable[object], tag: str) -> str:
    """Write one row of a table; names stand left, figures right."""
    cells = [
        f"<{tag} {_CELL if i else _FIRST}>{escape(str(text))}</{tag}>"
        for i, text in enumerate(texts)
    ]
    return f"<tr>{''.join(cells)}</tr>"
