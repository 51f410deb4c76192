"""What the tests of the actions share."""

from datetime import date

from home import A_MONTH_AGO
import pytest


@pytest.fixture
def since() -> date | None:
    """A month of history: actions tell days, months and billing periods."""
    return A_MONTH_AGO
