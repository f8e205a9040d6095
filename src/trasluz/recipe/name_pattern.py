"""Patterns of file names that say which part of a name is the group: ``(video#)_frame#``.

A small language instead of regular expressions, because a recipe is text that anybody may have written: each wildcard
is matched once and never given back (atomic groups), so that a name is read in time that grows with its length times
the pattern's, whatever either holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from trasluz.messages import _

LONGEST = 200  # characters of a pattern
_MOST_READ = 4096  # characters of a name; no system has longer paths
_SIGNS = {"#": "[0-9]++", "?": "[^/]"}


@dataclass(frozen=True)
class NamePattern:
    """``expression`` marks the group by two empty captures; ``folders``: how many are matched above the file's name."""

    expression: re.Pattern[str]
    folders: int

    def group(self, path: str) -> str | None:
        """The group in ``path`` (with ``/``); ``None`` where it does not fit the pattern, or the group is empty."""
        parts = path[-_MOST_READ:].split("/")
        if len(parts) <= self.folders:
            return None
        found = self.expression.match("/".join(parts[-1 - self.folders :]))
        return (found.string[found.start(1) : found.start(2)] or None) if found else None


def read_pattern(text: str) -> NamePattern:
    """A pattern: ``*`` is any run of characters, as short as it can be, ``#`` a whole run of digits, ``?`` any one
    character, ``(…)`` the group; all else stands for itself.

    It begins where the file's name does (with ``n`` slashes in it, ``n`` folders before that) and may end before the
    name does.  A ``*`` with nothing after it takes the rest.

    Raises:
        ValueError: it has not one pair of parentheses with something in them, two wildcards that no name can tell
            apart, or too many characters.
    """
    opened, closed = text.find("("), text.find(")")
    if text.count("(") != 1 or text.count(")") != 1 or closed < opened + 2:
        raise ValueError(_("it needs one pair of parentheses around what is the group, such as (video#)_frame#"))
    if len(text) > LONGEST:
        raise ValueError(_("it can have at most {most} characters").format(most=LONGEST))
    signs = re.sub("#+", "#", text)
    if "**" in signs.replace("(", "").replace(")", ""):
        raise ValueError(_("two * in a row need something between them"))
    return NamePattern(re.compile(_expression(signs), re.DOTALL), signs.count("/"))


def _expression(signs: str) -> str:
    """A regular expression of atomic groups, each of which begins with a ``*`` and cannot be matched otherwise.

    Where each ``*`` is as short as can be, what follows is matched as far left as can be, and that leaves the most for
    the rest: matching it again further right finds nothing that is missed so.
    """
    first, *rest = signs.split("*")
    parts = [_plain(first), *(f"[^/]*?{_plain(piece)}" for piece in rest)]
    if rest and not rest[-1].strip("()"):  # nothing follows the last *, so it takes all that is left
        parts[-1] = f"[^/]*+{_plain(rest[-1])}"
    return "".join(f"(?>{part})" for part in parts)


def _plain(piece: str) -> str:
    """Signs without ``*``; the parentheses become empty captures, which mark where the group is."""
    return "".join("()" if sign in "()" else _SIGNS.get(sign) or re.escape(sign) for sign in piece)
