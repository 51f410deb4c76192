"""A dashboard of the demo's households, made as a user would make it."""

from typing import Any

from .connection import Connection
from .households import Home

PATH = "octopus-japan"
