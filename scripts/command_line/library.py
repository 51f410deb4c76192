"""Lets the library wing be imported where Home Assistant is not installed: the component's own package would import it.

Import this before anything of `custom_components`.
"""

from pathlib import Path
import sys
from types import ModuleType

_COMPONENT = Path(__file__).parents[2] / "custom_components" / "octopus_japan"

for _name, _folder in (
    ("custom_components", _COMPONENT.parent),
    ("custom_components.octopus_japan", _COMPONENT),
):
    if _name not in sys.modules:
        _package = ModuleType(_name)
        _package.__path__ = [str(_folder)]
        sys.modules[_name] = _package
        _parent, _, _child = _name.rpartition(".")
        if _parent:  # The readers of models look their classes up by this path.
            setattr(sys.modules[_parent], _child, _package)
