"""Describing data: audit, duplicates, statistics, fingerprints."""
