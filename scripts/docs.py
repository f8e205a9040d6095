"""Writes the tables in docs/ from the code: the fields of recipes, the options of commands.

``update`` rewrites everything below each page's marker; ``check`` only says whether that would change anything.
"""

from __future__ import annotations

import sys
from pathlib import Path

import command_tables
import recipe_tables

DOCS = Path(__file__).parent.parent / "docs"
MARKER = "<!-- Below, everything is written by `make docs`. -->"
PAGES = {"recipes.md": recipe_tables.tables, "commands.md": command_tables.tables}


def main() -> int:
    """Updates or checks the pages; 1 when a check finds old tables."""
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command not in ("update", "check"):
        print("usage: docs.py update|check", file=sys.stderr)
        return 2
    old = []
    for name, tables in PAGES.items():
        path = DOCS / name
        now = path.read_text(encoding="utf-8")
        new = now.split(MARKER)[0] + MARKER + "\n\n" + "\n".join(tables()).rstrip() + "\n"
        if command == "update":
            path.write_text(new, encoding="utf-8")
        elif new != now:
            old.append(name)
    if old:
        print(f"out of date in docs/: {', '.join(old)}; run `make docs`.", file=sys.stderr)
    return 1 if old else 0


if __name__ == "__main__":
    sys.exit(main())
