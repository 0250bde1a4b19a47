"""An assessment shows itself in notebooks."""

from xml.etree import ElementTree


def test_a_notebook_shows_headline_map_and_table(toy):
    page = ElementTree.fromstring(toy._repr_html_())  # noqa: S314
    rows = page.findall(".//tbody/tr")
    assert [row[0].text for row in rows[:2]] == ["Cross Street", "Outer Town"]
    assert len(rows) == 3
    assert len(page.findall(".//{http://www.w3.org/2000/svg}svg")) == 1
    assert "62.5" in "".join(page.itertext())
