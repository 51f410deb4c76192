"""A simulated Octopus Energy Japan: its Kraken API over loopback, a world behind it, and the truth about that world."""

from .simulator import Simulator

__all__ = ["Simulator"]
