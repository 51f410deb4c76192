"""A probe: what works for one login, what is refused, and what is not known yet."""

from .probe import Probe
from .report import Finding, Outcome, Report

__all__ = ["Finding", "Outcome", "Probe", "Report"]
