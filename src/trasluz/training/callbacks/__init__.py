"""What watches a loop: early stopping, progress."""
