"""What we use of the recorder that Home Assistant promises to nobody: a version that changes it is seen here first, by name.

docs/maintenance.md says when this is run on other versions.
"""

from annotationlib import Format
import ast
from collections.abc import Callable, Iterator
from inspect import signature
from pathlib import Path
from typing import Any

from homeassistant.components.recorder import core, db_schema, models, statistics, tasks
from homeassistant.components.recorder.table_managers.statistics_meta import StatisticsMetaManager
from homeassistant.helpers import recorder as helper
import pytest

COMPONENT = Path(__file__).parents[2] / "custom_components" / "octopus_japan"

SIGNATURES: dict[Callable[..., Any], list[str]] = {
    statistics.import_statistics: ["instance", "metadata", "statistics", "table"],
    statistics.statistics_during_period: [
        "hass",
        "start_time",
        "end_time",
        "statistic_ids",
        "period",
        "units",
        "types",
    ],
    statistics.get_last_statistics: [
        "hass",
        "number_of_stats",
        "statistic_id",
        "convert_units",
        "types",
    ],
    tasks.RecorderTask.run: ["self", "instance"],
    core.Recorder.queue_task: ["self", "task"],
    core.Recorder.is_alive: ["self"],
    StatisticsMetaManager.reset: ["self"],
}
COLUMNS = {
    db_schema.Statistics: {"metadata_id", "start_ts", "state", "sum", "last_reset_ts"},
    db_schema.StatisticsMeta: {"id", "statistic_id"},
}
USED = {
    core.__name__: {"Recorder"},
    db_schema.__name__: {"Statistics", "StatisticsMeta"},
    models.__name__: {"StatisticData", "StatisticMeanType", "StatisticMetaData"},
    statistics.__name__: {
        "STATISTIC_UNIT_TO_UNIT_CONVERTER",
        "StatisticsRow",
        "async_add_external_statistics",
        "get_last_statistics",
        "get_metadata",
        "import_statistics",
        "statistics_during_period",
    },
    tasks.__name__: {"RecorderTask"},
    helper.__name__: {"get_instance", "session_scope"},
}


@pytest.mark.parametrize("function", SIGNATURES, ids=lambda function: function.__qualname__)
def test_what_we_call_takes_what_we_give(function: Callable[..., Any]) -> None:
    parameters = signature(function, annotation_format=Format.STRING).parameters
    assert list(parameters) == SIGNATURES[function]


@pytest.mark.parametrize("table", COLUMNS, ids=lambda table: table.__name__)
def test_the_columns_that_we_read_are_there(table: type) -> None:
    assert COLUMNS[table] <= {*table.__table__.columns.keys()}  # type: ignore[attr-defined]


def test_the_recorder_keeps_metadata_where_we_have_it_forgotten(
    recorder_mock: core.Recorder,
) -> None:
    assert isinstance(recorder_mock.statistics_meta_manager, StatisticsMetaManager)


def imported() -> Iterator[tuple[str, str]]:
    for file in COMPONENT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            ours = not isinstance(node, ast.ImportFrom) or node.level
            if not ours and "recorder" in (module := node.module or ""):
                yield from ((module, name.name) for name in node.names)


def test_nothing_else_of_the_recorder_is_used() -> None:
    """Who imports more has to write it down above."""
    found: dict[str, set[str]] = {}
    for module, name in imported():
        found.setdefault(module, set()).add(name)
    assert found == USED
