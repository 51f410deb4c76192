"""Programs that run as if packages were not installed."""


def refusing(*packages: str) -> str:
    """Return the beginning of a program in which these packages cannot be imported."""
    return f"""
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {packages!r}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Refuse())
"""
