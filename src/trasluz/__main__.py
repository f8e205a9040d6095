"""``python -m trasluz``: the command line, where the program ``trasluz`` is not on the path."""

from __future__ import annotations

from trasluz.cli.__main__ import main

if __name__ == "__main__":
    main()
