"""Figures of a study: its trials by the values of their fields, and over their epochs."""
