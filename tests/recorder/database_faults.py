"""The database behind the recorder, whichever `--dburl` names: what can go wrong with it, done to it from another connection."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
import threading
from typing import Any, override

from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.db_schema import StatisticsMeta
from homeassistant.components.recorder.tasks import RecorderTask
from homeassistant.core import HomeAssistant
import sqlalchemy as sa

MYSQL, POSTGRESQL, SQLITE = "mysql", "postgresql", "sqlite"

VERSION = {
    SQLITE: "select sqlite_version()",
    MYSQL: "select version()",
    POSTGRESQL: "show server_version",
}

LOCK = {
    SQLITE: ["begin immediate"],
    # Rows and the gaps behind them: nobody writes, everybody reads.
    MYSQL: [
        "set session transaction isolation level serializable",
        "begin",
        "select id from statistics for update",
        "select state_id from states for update",
    ],
    POSTGRESQL: ["begin", "lock table statistics, states in share row exclusive mode"],
}

IMPATIENT = {
    SQLITE: "pragma busy_timeout = 50",
    MYSQL: "set session innodb_lock_wait_timeout = 1",
    POSTGRESQL: "set lock_timeout = 50",
}
PATIENT = {
    SQLITE: "pragma busy_timeout = 60000",
    MYSQL: "set session innodb_lock_wait_timeout = 60",
    POSTGRESQL: "set lock_timeout = 60000",
}

FULL = {
    MYSQL: [
        """create trigger full before insert on statistics for each row begin
        if new.start_ts >= {at} and new.metadata_id = {statistic} then
        signal sqlstate 'HY000' set mysql_errno = 1114, message_text = 'The table is full'; end if; end"""
    ],
    POSTGRESQL: [
        """create function full_disk() returns trigger language plpgsql as $$ begin
        raise exception 'could not extend file' using errcode = '53100'; end $$""",
        """create trigger full_disk before insert on statistics for each row
        when (new.start_ts >= {at} and new.metadata_id = {statistic}) execute function full_disk()""",
    ],
}
EMPTIED = {
    MYSQL: ["drop trigger full"],
    POSTGRESQL: ["drop trigger full_disk on statistics", "drop function full_disk"],
}


class Database:
    """The database, and a connection to it that is not the recorder's."""

    def __init__(self, url: str) -> None:
        self.kind = sa.make_url(url).get_backend_name()
        self.engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)

    def version(self) -> str:
        with self.engine.connect() as connection:
            return str(connection.exec_driver_sql(VERSION[self.kind]).scalar())

    @contextmanager
    def connection(self) -> Iterator[Any]:
        """A connection that begins and ends its transactions itself."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else can write statistics or states."""
        with self.connection() as connection:
            for statement in LOCK[self.kind]:
                connection.exec_driver_sql(statement)
            yield
            connection.exec_driver_sql("rollback")

    def metadata_id(self, statistic_id: str) -> int:
        statement = sa.select(StatisticsMeta.id).where(StatisticsMeta.statistic_id == statistic_id)
        with self.connection() as connection:
            return int(connection.execute(statement).scalar())

    def run(self, statements: list[str], **given: Any) -> None:
        with self.connection() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement.format(**given))


class OnConnection(RecorderTask):
    """Something done with the recorder's own connection, in its thread."""

    __slots__ = ("done", "statement", "value")

    def __init__(self, statement: str) -> None:
        self.statement = statement
        self.done = threading.Event()
        self.value: Any = None

    @override
    def run(self, instance: Recorder) -> None:
        assert instance.engine is not None
        with instance.engine.connect() as connection:
            self.value = connection.exec_driver_sql(self.statement).scalar()
            connection.rollback()
        self.done.set()


async def on_connection(hass: HomeAssistant, recorder: Recorder, statement: str) -> Any:
    """Run a statement of SQLite's on the recorder's own connection; it stays what it was told to be."""
    task = OnConnection(statement)
    recorder.queue_task(task)
    await hass.async_add_executor_job(task.done.wait)
    return task.value


class Reached(RecorderTask):
    """Tells that the recorder has come to it; what it holds uncommitted stays so."""

    __slots__ = ("done",)

    def __init__(self) -> None:
        self.done = threading.Event()

    @override
    def run(self, instance: Recorder) -> None:
        self.done.set()


Reached.commit_before = False


async def drained(hass: HomeAssistant, recorder: Recorder) -> None:
    """Wait until the recorder has worked its queue off."""
    task = Reached()
    recorder.queue_task(task)
    await hass.async_add_executor_job(task.done.wait)


@contextmanager
def full_after(recorder: Recorder, commits: int) -> Iterator[None]:
    """Let SQLite's file not grow any more after so many transactions of the recorder's thread."""
    engine = recorder.engine
    assert engine is not None
    left = [commits]

    def fill(connection: Any) -> None:
        pages = connection.exec_driver_sql("pragma page_count").scalar()
        connection.exec_driver_sql(f"pragma max_page_count = {pages}")

    def begin(connection: Any) -> None:
        if threading.current_thread() is recorder and left[0] == 0:
            fill(connection)

    def commit(_connection: Any) -> None:
        if threading.current_thread() is recorder:
            left[0] -= 1

    sa.event.listen(engine, "begin", begin)
    sa.event.listen(engine, "commit", commit)
    try:
        yield
    finally:
        sa.event.remove(engine, "begin", begin)
        sa.event.remove(engine, "commit", commit)


@contextmanager
def patience(recorder: Recorder, statements: dict[str, str]) -> Iterator[None]:
    """How long the recorder's connections wait for a lock: said to each when it is taken."""
    engine = recorder.engine
    assert engine is not None

    def checkout(connection: Any, _record: Any, _proxy: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(statements[engine.dialect.name])
        cursor.close()

    sa.event.listen(engine, "checkout", checkout)
    try:
        yield
    finally:
        sa.event.remove(engine, "checkout", checkout)


@contextmanager
def watched(recorder: Recorder, watcher: Callable[[str, Any], None]) -> Iterator[None]:
    """Call something before each statement by which the recorder's own thread changes statistics."""
    engine = recorder.engine
    assert engine is not None

    def before(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if threading.current_thread() is recorder and changes_statistics(statement):
            watcher(statement, cursor)

    sa.event.listen(engine, "before_cursor_execute", before)
    try:
        yield
    finally:
        sa.event.remove(engine, "before_cursor_execute", before)


def changes_statistics(statement: str) -> bool:
    words = statement.lower().split()
    return words[:3] == ["insert", "into", "statistics"] or words[:2] == ["update", "statistics"]


class Countdown:
    """Tells, and does something, when the n-th row is about to be written."""

    def __init__(self, rows: int, action: Callable[[Any], None] | None = None) -> None:
        self.reached = threading.Event()
        self._left = rows
        self._action = action

    def __call__(self, _statement: str, cursor: Any) -> None:
        self._left -= 1
        if not self._left:
            self.reached.set()
            if self._action is not None:
                self._action(cursor)


def connection_id(cursor: Any, kind: str) -> int:
    """Return the server's number for a connection."""
    if kind == MYSQL:
        return int(cursor.connection.thread_id())
    return int(cursor.connection.get_backend_pid())
