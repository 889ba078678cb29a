"""What can be done with documents: keep, read, index and search them."""
