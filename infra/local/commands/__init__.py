"""The commands of `mara`, by subject; infra/local/cli.py lists them."""
