"""The client's errors, mapped once into those that a coordinator acts on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
import traceback

from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers.update_coordinator import UpdateFailed

from ..const import DOMAIN, LOGGER
from ..oejp.kraken import (
    KrakenAuthError,
    KrakenConnectionError,
    KrakenError,
    KrakenSignInEndedError,
    KrakenSignInError,
    KrakenThrottledError,
)


def log_defect(what: str, error: Exception) -> None:
    """Log an error that nobody foresaw: its type and where it was raised, never its message.

    A message may quote what was read, such as the number of a point: KeyError does.
    """
    LOGGER.error("%s: %s", what, _defect(error))


def _defect(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    return f"{type(error).__name__} at {' > '.join(places)}"


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn the client's errors into those that a coordinator acts on.

    Raises ConfigEntryAuthFailed for a rejected credential, UpdateFailed for everything else, with `retry_after` where
    the service throttles or signing in waits. An error that nobody foresaw is one too: Home Assistant would log its message.
    """
    try:
        yield
    except KrakenAuthError as error:
        raise ConfigEntryAuthFailed(
            translation_domain=DOMAIN, translation_key=error.reason
        ) from error
    except KrakenThrottledError as error:
        wait = error.retry_after
        raise UpdateFailed(
            translation_domain=DOMAIN,
            translation_key="throttled",
            retry_after=wait.total_seconds() if wait else None,
        ) from error
    except KrakenSignInError as error:
        wait = error.retry_after
        ended = isinstance(error, KrakenSignInEndedError)
        raise UpdateFailed(
            translation_domain=DOMAIN,
            translation_key="sign_in_ended" if ended else "sign_in_failed",
            retry_after=wait.total_seconds() if wait else None,
        ) from error
    except KrakenConnectionError as error:
        raise UpdateFailed(translation_domain=DOMAIN, translation_key="cannot_connect") from error
    except KrakenError as error:
        raise UpdateFailed(
            translation_domain=DOMAIN,
            translation_key="service_error",
            translation_placeholders={"codes": ", ".join(sorted(error.codes)) or "-"},
        ) from error
    except ConfigEntryAuthFailed, UpdateFailed:
        raise
    except Exception as error:  # noqa: BLE001  # Whatever it is, it says no number.
        raise UpdateFailed(
            translation_domain=DOMAIN,
            translation_key="unforeseen",
            translation_placeholders={"defect": _defect(error)},
        ) from None
