"""A study folder to begin with, shell completion, and objects for scripts."""

import json
import shutil

import pytest
import yaml
from click.testing import CliRunner
from toy_city import write_toy

from circle import read_profile
from circle.check import check_path
from circle.cli import main
from circle.errors import OutputError
from circle.input_settings import PlacedInput
from circle.returned import is_returned
from circle.study import (
    GapOptions,
    OutputOptions,
    SitingOptions,
    Study,
    SubdistrictInput,
    TableFacilities,
    TablePopulation,
    parse_study,
)
from circle.study_folder import make_study_folder


def circle(*arguments: object):
    return CliRunner().invoke(main, [str(one) for one in arguments])


def made_in(folder, language="zh"):
    pudong = read_profile("pudong")
    return make_study_folder(
        folder, profile=pudong, profile_name="pudong", language=language
    )


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", ["my-district", "浦东 新区", "a'b: #c", "123", "yes"])
def test_only_the_inputs_are_missing(tmp_path, name, language):
    made = made_in(tmp_path / name, language)
    study = parse_study(made.study)
    assert study.name == (name if name in {"my-district", "yes"} else "study")
    assert name in study.title
    found = check_path(made.study).problems
    assert len(found) == 5
    for one in ("subdistricts", "committees", "population", "facilities", "streets"):
        assert sum(one in str(problem) for problem in found) >= 1
    assert is_returned(made.workbook)
    assert list(made.data.iterdir()) == []


@pytest.mark.parametrize(
    "section",
    [
        Study, SubdistrictInput, PlacedInput, TablePopulation, TableFacilities,
        SitingOptions, GapOptions, OutputOptions,
    ],
    ids=lambda one: one.__name__,
)  # fmt: skip
def test_every_key_stands_in_the_study(tmp_path, section):
    text = made_in(tmp_path / "a").study.read_text("utf-8")
    keys = {line.strip(" #").split(":")[0] for line in text.splitlines()}
    assert set(section.model_fields) - keys == set()


def test_every_key_of_the_study_is_known(tmp_path):
    made = made_in(tmp_path / "a")
    lines = made.study.read_text("utf-8").splitlines()
    keys = set(Study.model_fields)
    for line in lines:
        bare = line.removeprefix("# ")
        if bare != line and bare[:1].isalpha() and bare.split(":")[0].isidentifier():
            assert bare.split(":")[0] in keys, line


def test_the_optional_keys_are_sound(tmp_path):
    made = made_in(tmp_path / "a")
    text = made.study.read_text("utf-8")
    for key in ("candidates", "as_of", "committee_kind", "crs"):
        assert f"\n# {key}: " in text
        text = text.replace(f"\n# {key}: ", f"\n{key}: ")
    made.study.write_text(text, encoding="utf-8")
    study = parse_study(made.study)
    assert (study.crs, study.candidates.path) == ("EPSG:4549", "candidates.xlsx")


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(OutputError, match="something already"):
        made_in(tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["thesis.docx"]


@pytest.mark.parametrize(("language", "said"), [("zh", "已有内容"), ("en", "already")])
def test_the_command_speaks_its_language_where_something_is_there(
    tmp_path, language, said
):
    (tmp_path / "own.txt").write_text("own")
    result = circle("init", tmp_path, "--language", language)
    assert result.exit_code == 3
    assert said in result.stderr


def test_a_place_that_cannot_be_written_is_an_output_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        made_in(tmp_path / "file" / "a")


@pytest.mark.usefixtures("few_files")
def test_the_filled_folder_runs(tmp_path):
    assert circle("init", tmp_path / "mine").exit_code == 0
    (tmp_path / "toy").mkdir()
    toy = write_toy(tmp_path / "toy")
    study = yaml.safe_load(toy.read_text("utf-8"))
    for one in toy.parent.iterdir():
        if one != toy:
            shutil.copy(one, tmp_path / "mine" / "data")
    mine = tmp_path / "mine" / "study.yaml"
    mine.write_text(
        yaml.safe_dump(study | {"data": "data", "profile": "data/profile.yaml"}),
        encoding="utf-8",
    )
    done = circle("check", mine, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["problems"] == []
    done = circle("run", mine, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["headline"] == {
        "definition": "committee_pair", "share": 0.625, "covered": 5.0, "total": 8.0,
    }  # fmt: skip
    assert found["population"] == 710
    assert found["missing_required_items"] == 3


def test_the_command_names_the_next_step(tmp_path):
    done = circle("init", tmp_path / "mine")
    assert done.stdout.splitlines()[-1].startswith("下一步：把数据文件放进 ")
    again = circle("init", tmp_path / "mine")
    assert again.exit_code == 3


def test_a_check_for_scripts_names_rows_and_columns(tmp_path):
    path = tmp_path / "facilities.csv"
    path.write_text("facility_id,name,type,status,x,y\nF1,A,幼儿园,open,a,1\n")
    done = circle("check", path, "--json")
    assert done.exit_code == 3
    (first, *_) = json.loads(done.stdout)["problems"]
    assert {"file", "key", "rows", "column", "text"} <= set(first)
    assert first["file"] == "facilities.csv"


@pytest.mark.parametrize("shell", ["bash", "fish", "zsh"])
def test_completion_prints_a_script(shell):
    done = circle("completion", shell)
    assert done.exit_code == 0
    assert f"_CIRCLE_COMPLETE={shell}_complete" in done.stdout.replace('"', "")


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("circle ru", ["plain,run"]),
        ("circle profiles show pud", ["plain,pudong", "plain,pudong-5-3-x"]),
        ("circle init mine --profile hai", ["plain,haiyan"]),
        ("circle profiles show ./mine", ["file,./mine"]),
    ],
)
def test_completion_completes(words, completed):
    done = CliRunner().invoke(
        main,
        prog_name="circle",
        env={
            "_CIRCLE_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split()) - 1),
        },
    )
    assert done.output.split() == completed
