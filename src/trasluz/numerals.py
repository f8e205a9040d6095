"""Numbers as people read them, the same in every room: with the decimal sign of the language in force, thousands set
apart by a thin space in every language.

The Academies allow point and comma in Spanish (*Ortografía* of 2010); most of those who read Spanish write the comma.
A number that was written in one language can be said in another: ``Numeral.spoken``.
"""

from __future__ import annotations

import math

from trasluz.messages import current_language

THIN = "\u202f"
NO_BREAK = "\u00a0"
MINUS = "\u2212"
_SIGNS = {"en": ".", "es": ","}


class Numeral(str):
    """Numbers as text, with nothing in them but digits, units and signs, so that a point or comma is a decimal sign."""

    __slots__ = ()

    def spoken(self, language: str) -> str:
        """The same in another language."""
        sign = _SIGNS[language]
        return self.replace("," if sign == "." else ".", sign)


def numeral(text: str) -> Numeral:
    """``text``, which Python wrote with a point, in the language in force."""
    return Numeral(Numeral(text).spoken(current_language()))


def percent(share: float, digits: int | None = None) -> str:
    """A share of 1 as a percentage; two decimals only where the last per cent is at stake."""
    hundred = 100 * share
    if digits is None:
        digits = 2 if hundred >= 99 and hundred < 100 else 1
    return numeral(f"{hundred:.{digits}f}{THIN}%".replace("-", MINUS))


def points(difference: float, digits: int = 1) -> str:
    """How far two shares of 1 are apart, as the number of percentage points without that word."""
    return numeral(f"{100 * difference:.{digits}f}".replace("-", MINUS))


def integer(value: float) -> str:
    """A whole number with its thousands set apart."""
    return numeral(f"{round(value):,}".replace(",", THIN).replace("-", MINUS))


def significant(value: float, digits: int = 3) -> str:
    """``value`` to ``digits`` significant figures; powers of ten only for very small and very large numbers."""
    if value == 0:
        return "0"
    power = math.floor(math.log10(abs(value)))
    if power < -4 or power > 6:
        mantissa = f"{value / 10.0**power:.{digits - 1}f}"
        return numeral(f"{mantissa}·10{_superscript(power)}".replace("-", MINUS))
    decimals = max(digits - 1 - power, 0)
    return numeral(f"{value:,.{decimals}f}".replace(",", THIN).replace("-", MINUS))


def _superscript(power: int) -> str:
    return str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def duration(seconds: float) -> str:
    """A span of time: ``0.8 s``, ``45 s``, ``3 min 20 s``, ``2 h 05 min``."""
    if seconds < 10:
        return numeral(f"{seconds:.1f}{THIN}s")
    whole = round(seconds)
    if whole < 60:
        return f"{whole}{THIN}s"
    if whole < 3600:
        return f"{whole // 60}{THIN}min{NO_BREAK}{whole % 60:02d}{THIN}s"
    return f"{whole // 3600}{THIN}h{NO_BREAK}{whole % 3600 // 60:02d}{THIN}min"
