"""Octopus Energy Japan on the command line: `scripts/kraken`."""

from . import library  # noqa: F401 - before anything of the library is imported
