"""Run folders: written, read and listed."""
