"""One HTML file out of a run: what was trained, how good it is, what it confuses. Opens without a network."""

from trasluz.report.writer import write_report

__all__ = ["write_report"]
