import pytest
import yaml
from toy_city import toy_study

from circle.errors import CircleError, ConfigError
from circle.study import input_paths, read_study


def complaint(path, changes):
    path.write_text(yaml.safe_dump(toy_study() | changes), "utf-8")
    with pytest.raises(ConfigError) as caught:
        read_study(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_paths_are_relative_to_the_study_and_its_data(toy_path, tmp_path):
    study = read_study(toy_path)
    assert study.file == toy_path
    assert study.output_folder == tmp_path / "results"
    assert input_paths(study) == {
        "subdistricts": tmp_path / "areas.geojson",
        "committees": tmp_path / "committees.csv",
        "population": tmp_path / "population.csv",
        "facilities": tmp_path / "facilities.csv",
        "candidates": tmp_path / "candidates.csv",
        "streets": tmp_path / "streets.osm",
    }


def test_folders_may_be_given_from_outside(toy_path, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    moved = other / "study.yaml"
    toy_path.rename(moved)
    study = read_study(moved, data=tmp_path, out=tmp_path / "out")
    assert study.data_folder == tmp_path
    assert study.output_folder == tmp_path / "out"
    assert study.file == moved


def test_every_missing_input_is_named_at_once(toy_path):
    for name in ("committees.csv", "streets.osm"):
        (toy_path.parent / name).unlink()
    with pytest.raises(ConfigError) as caught:
        read_study(toy_path)
    first, second = str(caught.value).splitlines()
    assert "committees.path: there is no file" in first
    assert "streets.path: there is no file" in second
    assert "--data" in first


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"titel": "x"}, "titel: unknown key. Did you mean 'title'?"),
        ({"file": "x"}, "file: unknown key"),
        ({"version": 2}, "version: found 2; expected 1"),
        ({"version": True}, "version: yes, no, on and off are switches"),
        ({"name": 7}, "name: found 7, which YAML takes for a number"),
        ({"name": "Toy City"}, "name: found 'Toy City'"),
        ({"title": "a\nb"}, "title: must be one line of text"),
        ({"language": "fr"}, "language: found 'fr'; expected 'zh' or 'en'"),
        ({"siting": {"sites": -1}}, "siting.sites: found -1"),
        ({"siting": {"sites": 2.5}}, "siting.sites: found 2.5"),
        ({"gaps": {"link_m": 0}}, "gaps.link_m: found 0"),
        ({"crs": 4550}, "crs: found 4550, which YAML takes for a number"),
        ({"population": {"kind": "tabel"}}, "expected `kind` to be one of 'table',"),
        (
            {"population": toy_study()["population"] | {"cel_size_m": 50}},
            "population.cel_size_m: unknown key. Did you mean 'cell_size_m'?",
        ),
        (
            {"population": {"kind": "buildings", "path": "x", "totl": 1}},
            "population.totl: unknown key. Did you mean 'total'?",
        ),
    ],
)
def test_what_is_wrong_with_a_study(toy_path, changes, told):
    assert told in complaint(toy_path, changes)


def test_faults_come_together(toy_path):
    text = complaint(toy_path, {"titel": "x", "version": 3, "gaps": {"link_m": "near"}})
    assert len(text.splitlines()) == 3


def test_a_wrong_version_as_a_decimal_is_the_same_version(toy_path):
    toy_path.write_text(yaml.safe_dump(toy_study() | {"version": 1.0}), "utf-8")
    assert read_study(toy_path).version == 1


def test_a_study_that_is_no_file(tmp_path):
    with pytest.raises(CircleError, match="cannot be read"):
        read_study(tmp_path)
