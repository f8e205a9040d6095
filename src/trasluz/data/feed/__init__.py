"""Feeding networks: batches, augmentation, preprocessing."""
