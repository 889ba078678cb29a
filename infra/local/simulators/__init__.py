"""Stand-ins for services that cannot run here, with faults on demand."""
