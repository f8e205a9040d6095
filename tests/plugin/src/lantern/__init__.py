"""Parts for Trasluz from another package: one of each kind that people are likely to bring."""
