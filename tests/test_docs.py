"""The documents say what the code does: commands, links, blocks, figures."""

import re
import runpy
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from circle.cli import main
from circle.demo import make_demo
from circle.profile import AREA_CLASSES, COMMITTEE_KINDS
from circle.profile_reading import read_profile
from circle.settings import read_yaml
from circle.study import Study

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]


def commands_in(text):
    """List the circle commands that a page names in code."""
    code = re.findall(r"```.*?```|``[^`\n]+``|`[^`\n]+`", text, flags=re.DOTALL)
    return {
        match
        for block in code
        for match in re.findall(r"(?:^|[`\\/\s])(?<!from )circle ([a-z]+)", block)
    }


def broken_links(page):
    """List the links of a page to files that are not there."""
    text = page.read_text("utf-8")
    targets = re.findall(r"\]\(([^)#\s]+)", text)
    return [
        one
        for one in targets
        if not one.startswith("http") and not (page.parent / one).exists()
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    assert broken_links(page) == []


def test_a_broken_link_would_be_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("[a](none.md) [b](page.md) [c](https://example.org)")
    assert broken_links(page) == ["none.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_named_in_pages_exist(page):
    assert commands_in(page.read_text("utf-8")) <= set(main.commands)


def test_an_unknown_command_would_be_found():
    assert commands_in("Call `circle fly x` or\n```\ncircle run a.yaml\n```") == {
        "fly",
        "run",
    }


def test_every_command_stands_in_the_documents():
    named = set().union(*(commands_in(page.read_text("utf-8")) for page in PAGES))
    assert set(main.commands) <= named


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_readme_is_short_and_its_make_targets_exist(page):
    text = page.read_text("utf-8")
    assert len(text.splitlines()) <= 120
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"^make (\w+)$", text, flags=re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE)


@pytest.mark.usefixtures("few_files")
def test_python_of_the_readme_runs(tmp_path, capsys):
    make_demo(tmp_path, size=0.1)
    text = (ROOT / "README.md").read_text("utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    assert "config/demo.yaml" in block
    study = (tmp_path / "study.yaml").as_posix()
    # The block is our own page, run as a reader would.
    exec(block.replace("config/demo.yaml", study), {})  # noqa: S102
    assert "item_id" in capsys.readouterr().out
    assert (tmp_path / "results" / "index.html").is_file()


def test_rule_table_of_the_methods_is_the_profile():
    text = (ROOT / "docs" / "methods.md").read_text("utf-8")
    rule = read_profile("pudong").rule
    for area_class in AREA_CLASSES:
        modes = [rule.mode_for(area_class, kind) for kind in COMMITTEE_KINDS]
        assert f"| {area_class} | {modes[0]} | {modes[1]} |" in text


def test_studies_in_config_name_keys_the_reader_knows():
    for path in sorted((ROOT / "config").glob("*.yaml")):
        assert set(read_yaml(path)) <= set(Study.model_fields), path.name


def test_the_architecture_page_is_made_from_the_modules():
    space = runpy.run_path(str(ROOT / "docs" / "generate.py"))
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    assert page == space["architecture"](), "run: python docs/generate.py"


def test_commands_of_the_page_on_checks_run(tmp_path, monkeypatch):
    """Every command runs as it stands, on the demo, in the order of the page."""
    for name in ("config", "data"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / "inputs_check.md").read_text("utf-8")
    blocks = re.findall(r"```bash\n(.*?)```", text, flags=re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line]
    assert len(lines) >= 10
    for line in lines:
        program, *arguments = shlex.split(line)
        assert program == "circle"
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 0, (line, result.output)
    written = {"items.xlsx", "items_en.xlsx", "returned.xlsx", "one_street.xlsx"}
    written |= {"merged.xlsx", "report.csv", "committees.csv"}
    assert written <= {one.name for one in tmp_path.iterdir()}
    report = (tmp_path / "report.csv").read_text("utf-8-sig")
    assert "未变" in report
    assert "变更" not in report


def test_problems_of_the_page_on_checks_look_so(tmp_path, monkeypatch):
    rows = [f"C{n},{n}居委,居委,A1,121.5,31.2,9" for n in range(2, 14)]
    table = "编号,名称,类别,街镇编号,经度,纬度,户数\n" + "\n".join(rows)
    (tmp_path / "homes.csv").write_text(
        f"{table}\nC14,末,居委,A1,121.5,31.2,abc\n", "utf-8"
    )
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / "inputs_check.md").read_text("utf-8")
    (block,) = re.findall(r"```text\n(.*?)```", text, flags=re.DOTALL)
    for line, language in zip(block.splitlines(), ("zh", "en"), strict=True):
        arguments = ["check", "homes.csv", "--language", language]
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 3
        assert result.stdout.splitlines()[0] == line
