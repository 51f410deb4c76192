"""The clock stands still, runs and jumps."""

from datetime import UTC, datetime, timedelta

from freezegun import freeze_time
import pytest

from simulator.clock import Clock

NOON = datetime(2026, 11, 20, 3, tzinfo=UTC)


class Source:
    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def test_follows_its_source() -> None:
    source = Source()
    clock = Clock(source=source)
    source.seconds += 60
    assert clock.timestamp() == 1060
    assert clock.running
    assert clock.speed == 1


def test_stands_still_where_it_was_set() -> None:
    source = Source()
    clock = Clock(NOON, source)
    source.seconds += 60
    assert clock.now() == NOON
    assert not clock.running


def test_runs_at_a_speed_and_stops() -> None:
    source = Source()
    clock = Clock(NOON, source)
    clock.run(60)
    source.seconds += 60
    assert clock.now() == NOON + timedelta(hours=1)
    clock.stop()
    source.seconds += 60
    assert clock.now() == NOON + timedelta(hours=1)


def test_jumps_and_keeps_running() -> None:
    source = Source()
    clock = Clock(NOON, source)
    assert clock.advance(hours=5) == NOON + timedelta(hours=5)
    assert clock.advance(timedelta(days=-1)) == NOON - timedelta(hours=19)
    clock.run()
    clock.set(NOON)
    source.seconds += 1
    assert clock.now() == NOON + timedelta(seconds=1)


def test_honours_a_frozen_process() -> None:
    with freeze_time(NOON):
        assert Clock().now() == NOON


def test_refuses_naive_time() -> None:
    with pytest.raises(ValueError, match="aware"):
        Clock().set(datetime(2026, 11, 20))  # noqa: DTZ001
