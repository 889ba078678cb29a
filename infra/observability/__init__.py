"""What is watched: one description of alerts and panels, from which all files of it are made."""
