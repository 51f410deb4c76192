"""A probe: what works for one login, what is refused, and what nobody knows yet."""

from .probe import Probe
from .report import Finding, Outcome, Report

__all__ = ["Finding", "Outcome", "Probe", "Report"]
