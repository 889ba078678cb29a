"""The local cloud: every part of the deployed stack on one machine, without containers."""
