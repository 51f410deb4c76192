"""The shipped tables: whole as they are, and whole after a month was added."""

from datetime import date
from pathlib import Path
import shutil
import subprocess
import sys
import warnings

import pytest

from scripts.shipped_rates import AREAS, DATA, FUEL, LEVY, SUBSIDIES, add, faults, is_old, read

ROOT = Path(__file__).parent.parent.parent
TODAY = date.today()  # noqa: DTZ011 - before a test stops the clock


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in (FUEL, LEVY, SUBSIDIES):
        shutil.copy(DATA / name, tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", [FUEL, LEVY, SUBSIDIES])
def test_the_shipped_tables_are_whole(name: str) -> None:
    assert faults(name, read(DATA / name)) == []


def test_the_shipped_tables_are_not_old() -> None:
    """This only warns: a test must not fail because time passes."""
    if is_old(TODAY):
        warnings.warn(
            "The newest adjustment that is shipped is over 60 days old: scripts/rates", stacklevel=1
        )


def test_old_is_more_than_sixty_days_after_the_month(data: Path) -> None:
    assert (data / FUEL).read_text().splitlines()[-1].startswith("2026-09-01")
    assert not is_old(date(2026, 11, 30), data)
    assert is_old(date(2026, 12, 1), data)


def file(data: Path, header: str, *lines: str) -> Path:
    path = data / "new.csv"
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


FUEL_HEADER = "valid_from,grid_operator_code,yen_per_kwh_inc_tax"


def october(price: str = "5.00", day: str = "2026-10-01", areas: list[str] = AREAS) -> list[str]:
    return [f"{day},{area},{price}" for area in areas]


def test_a_month_is_added_at_the_end(data: Path) -> None:
    before = (data / FUEL).read_text()
    assert add(file(data, FUEL_HEADER, *october()), data) == []
    assert (data / FUEL).read_text() == before + "\n".join(october()) + "\n"
    # A second time it would not follow.
    assert add(file(data, FUEL_HEADER, *october()), data)


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (october(day="2026-11-01"), "2026-11-01 does not follow 2026-09-01"),
        (october(day="2026-09-01"), "2026-09-01: area 01 twice"),
        (october(areas=AREAS[:-1]), "2026-10-01: not the areas 01 to 09"),
        (october(areas=[*AREAS, "10"]), "2026-10-01: not the areas 01 to 09"),
        (october("30.01"), "yen_per_kwh_inc_tax '30.01': not between -20 and 30, or not to 0.01 yen"),
        (october("5.001"), "yen_per_kwh_inc_tax '5.001': not between -20 and 30, or not to 0.01 yen"),
        (october("NaN"), "yen_per_kwh_inc_tax 'NaN': not between -20 and 30, or not to 0.01 yen"),
        (october("five"), "yen_per_kwh_inc_tax 'five': not between -20 and 30, or not to 0.01 yen"),
        (october("11.79"), "2026-10-01: area 03 moves by 6.01 yen"),
        (october(day="2026-10-02"), "a month does not begin on its first day (YYYY-MM-DD, or YYYY-MM)"),
        (october(day="October"), "a month does not begin on its first day (YYYY-MM-DD, or YYYY-MM)"),
    ],
)  # fmt: skip
def test_a_month_that_cannot_be_is_refused_and_nothing_is_written(
    data: Path, lines: list[str], fault: str
) -> None:
    before = (data / FUEL).read_text()
    assert fault in add(file(data, FUEL_HEADER, *lines), data)
    assert (data / FUEL).read_text() == before


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("2027-05-01,2028-05-01,4.40", None),
        ("2027-04-01,2028-04-01,4.40", "2027-04-01 does not follow 2027-05-01"),
        ("2027-05-01,2028-04-01,4.40", "2027-05-01: does not end a year later"),
        ("2027-05-01,soon,4.40", "2027-05-01: does not end a year later"),
        ("2027-05-01,2028-05-01,-1", "yen_per_kwh_inc_tax '-1': not between 0 and 10, or not to 0.01 yen"),
    ],
)  # fmt: skip
def test_a_levy_follows_the_one_before(data: Path, line: str, fault: str | None) -> None:
    path = file(data, "valid_from,valid_to,yen_per_kwh_inc_tax", line)
    assert add(path, data) == ([] if fault is None else [fault])


def test_months_of_a_subsidy_ascend(data: Path) -> None:
    header = "month,yen_per_kwh_inc_tax,yen_per_m3_inc_tax"
    assert add(file(data, header, "2026-08,4.5,18"), data) == [
        "2026-08-01 does not follow 2026-09-01"
    ]
    assert add(file(data, header, "2027-01,4.5,18", "2027-02,4.5,18"), data) == []
    assert read(data / SUBSIDIES)[-1]["month"] == "2027-02"


def test_a_file_of_other_columns_is_refused(data: Path) -> None:
    for path in (file(data, "month,price", "2026-10,5"), file(data, FUEL_HEADER)):
        (fault,) = add(path, data)
        assert fault.startswith("the columns are those of no table")


def test_the_command_tells_each_fault(data: Path) -> None:
    path = file(data, FUEL_HEADER, *october(day="2026-11-01"))
    ran = subprocess.run(
        [sys.executable, "-m", "scripts.shipped_rates", str(path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 1
    assert "2026-11-01 does not follow 2026-09-01" in ran.stderr
