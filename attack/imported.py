"""Everything that a command may import, imported: preloaded by the server that ``attack/forked.py`` forks from."""

from __future__ import annotations

import importlib
import pkgutil

import trasluz

for _info in pkgutil.walk_packages(trasluz.__path__, "trasluz."):
    if not _info.name.endswith("__main__"):
        importlib.import_module(_info.name)
