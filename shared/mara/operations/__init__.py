"""Whether the platform is well, and the chores that keep it so."""
