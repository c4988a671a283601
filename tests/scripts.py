"""The scripts beside the configurations, as modules."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

CONFIGS = Path(__file__).parents[1] / "configs"


def load_script(name: str) -> ModuleType:
    """Import a script of configs/, which may import others there."""
    if str(CONFIGS) not in sys.path:
        sys.path.append(str(CONFIGS))
    return importlib.import_module(name)
