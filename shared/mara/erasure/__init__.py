"""Export and erasure of all that is stored of a user."""
