"""Log lines of all functions, pushed to Grafana Loki."""
