import pytest
from toy_city import (
    EAST,
    NORTH,
    toy_profile,
    toy_streets,
    toy_study,
    toy_tables,
    write_toy,
)

from circle.crs import parse_crs
from circle.errors import InputError
from circle.facilities import (
    fold_type_name,
    measured_types,
    read_candidates,
    read_facilities,
    type_names,
)
from circle.profile_reading import read_profile
from circle.study import read_study

METRIC = parse_crs("EPSG:4550", where="test")


def read(tmp_path, *, tables=None, study=None, table="facilities"):
    found = read_study(write_toy(tmp_path, tables=tables, study=study))
    profile = read_profile(found.profile, folder=found.folder)
    reader = {"facilities": read_facilities, "candidates": read_candidates}[table]
    return reader(found, profile=profile, crs=METRIC)


def complaint(tmp_path, table, column, value):
    tables = toy_tables()
    tables[table][column] = tables[table][column].astype(object)
    tables[table].loc[1, column] = value
    with pytest.raises(InputError) as caught:
        read(tmp_path, tables=tables, table=table)
    assert f"{table}.csv" in str(caught.value)
    return str(caught.value)


def test_facilities_of_the_toy_are_read(tmp_path):
    found = read(tmp_path)
    assert list(found["facility_id"]) == [f"F{i}" for i in range(1, 10)]
    assert list(found["type_id"]) == [
        "clinic", "school", "clinic", "school", "clinic",
        "hospital", "court", "school", "court",
    ]  # fmt: skip
    assert list(found["status"]) == [
        "open", "open", "planned", "closed", "open", "open", "open", "open", "open",
    ]  # fmt: skip
    assert found.geometry.isna().tolist() == [i == 4 for i in range(9)]
    first = found.geometry.iloc[0]
    assert (first.x, first.y) == (EAST + 1000, NORTH + 500)


def test_without_a_status_all_are_open(tmp_path):
    tables = toy_tables()
    tables["facilities"] = tables["facilities"].drop(columns="status")
    assert set(read(tmp_path, tables=tables)["status"]) == {"open"}


@pytest.mark.parametrize(
    ("table", "column", "value", "told"),
    [
        ("facilities", "type", "spa", "row 3: found unknown facility type spa"),
        ("facilities", "type", "spa", "add the name to its `synonyms`"),
        ("facilities", "type", "", "row 3: empty"),
        ("facilities", "status", "maybe", "row 3: found 'maybe'; expected open/开放"),
        ("facilities", "facility_id", "F1", "row 2, 3: found facility_id F1 more than"),
        (
            "facilities",
            "x",
            "east",
            "column 'x': row 3: found 'east'; expected a number",
        ),
        ("candidates", "type_ids", "clinic、spa、bar", "type spa, bar; expected"),
        ("candidates", "route", "steal", "found 'steal'; expected reuse/盘活存量"),
        ("candidates", "cost_10k", -5, "found -5; expected 0 or more"),
    ],
)
def test_what_is_wrong_with_facilities_and_candidates(
    tmp_path, table, column, value, told
):
    assert told in complaint(tmp_path, table, column, value)


def test_type_names_come_in_many_spellings():
    types = type_names(read_profile("pudong"))
    for name in ("幼儿园", "EDU-01", "edu-01", "Kindergarten", "托幼园所"):
        assert types[fold_type_name(name)] == "kindergarten"
    assert types[fold_type_name("社区卫生服务站(村卫生室) ")] == "health_station"
    assert "spa" not in types


def test_a_study_without_candidates_has_none(tmp_path):
    study = toy_study()
    study.pop("candidates")
    assert read(tmp_path, study=study, table="candidates").empty


def osm_study(tmp_path, tags):
    study = toy_study()
    study["facilities"] = {"kind": "osm", "path": "places.osm"}
    path = write_toy(tmp_path, study=study)
    lines = toy_streets().splitlines()
    nodes = [
        f'<node id="{90 + i}" version="1" lon="123.0{i}" lat="31.0">'
        + "".join(f'<tag k="{k}" v="{v}"/>' for k, v in one.items())
        + "</node>"
        for i, one in enumerate(tags, start=1)
    ]
    text = "\n".join([lines[0], *nodes, "</osm>"])
    (tmp_path / "places.osm").write_text(text, "utf-8")
    return read_study(path)


def test_facilities_out_of_a_map(tmp_path):
    study = osm_study(
        tmp_path,
        [{"amenity": "school", "name": "Map School"}, {"amenity": "bar"},
         {"amenity": "clinic"}],
    )  # fmt: skip
    profile = read_profile(study.profile, folder=study.folder)
    found = read_facilities(study, profile=profile, crs=METRIC)
    assert list(found["facility_id"]) == ["n91:school", "n93:clinic"]
    assert found["name"].iloc[0] == "Map School"
    assert set(found["status"]) == {"open"}
    # What the map cannot tell is not counted as missing.
    assert measured_types(study, profile) == ("clinic", "school")


def test_a_map_without_any_facility_is_no_inventory(tmp_path):
    study = osm_study(tmp_path, [{"amenity": "bar"}])
    profile = read_profile(study.profile, folder=study.folder)
    with pytest.raises(
        InputError, match=r"places\.osm: found no feature with a tag set"
    ):
        read_facilities(study, profile=profile, crs=METRIC)


def test_all_tags_of_a_set_are_wanted(tmp_path):
    profile = toy_profile()
    profile["types"][0]["osm"] = [{"amenity": "social_facility", "for": "senior"}]
    study = osm_study(
        tmp_path,
        [
            {"amenity": "social_facility"},
            {"amenity": "social_facility", "for": "senior"},
        ],
    )
    write_toy(tmp_path, profile=profile, study=study.model_dump(exclude_none=True))
    own = read_profile("profile.yaml", folder=tmp_path)
    found = read_facilities(study, profile=own, crs=METRIC)
    assert list(found["facility_id"]) == ["n92:clinic"]
