"""Attacks on Trasluz: kills, hostile inputs, damaged runs, two hands on one thing; see ``attack.run``."""
