"""Findings: sentences about a run, each with its evidence, what it means and what to try. One rule, one file."""
