"""Simulators of services that cannot run locally, with faults on demand."""
