"""The demo worked out by the oracle and written by circle, once for both files."""

import openpyxl
import plain_district as plain
import pytest

from circle.csv_tables import write_csv_twins
from circle.shipped import shipped_folder
from circle.workbook import write_workbook


@pytest.fixture(scope="session")
def oracle():
    return plain.work_out(
        shipped_folder("demo_district"), shipped_folder("profiles") / "pudong.yaml"
    )


@pytest.fixture(scope="session")
def written(demo, tmp_path_factory):
    folder = tmp_path_factory.mktemp("written")
    write_csv_twins(demo, folder)
    write_workbook(demo, folder / "gaps.xlsx")
    return folder


@pytest.fixture(scope="session")
def book(written):
    """The rows of every sheet of the workbook, by its title."""
    read = openpyxl.load_workbook(written / "gaps.xlsx", read_only=True)
    return {
        page.title: [list(row) for row in page.iter_rows(values_only=True)]
        for page in read.worksheets
    }


@pytest.fixture(scope="session")
def plan(oracle, demo):
    return plain.greedy_plan(oracle, demo.city.study.siting.sites)
