"""The trained model: a family with its weights and preprocessing, applied in batches, saved and loaded."""
