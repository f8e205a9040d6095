"""Which rows train, validate and test, and which label or domain each row has."""
