"""The drill of a restore on AWS: a new database of a snapshot, verified while the stage goes on."""
