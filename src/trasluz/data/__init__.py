"""Data: sources, the store of decoded images, splits, audit, batches and augmentation."""
