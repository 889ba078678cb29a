"""`mara backup` and `mara restore`: the local stack in one encrypted file, and back."""
