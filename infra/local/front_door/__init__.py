"""The reverse proxy with a stable address in front of the API of the latest deployment."""
