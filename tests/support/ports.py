"""Ports for the servers of tests, each given to one process at a time."""

import socket

FIRST, LAST = 10_000, 17_999
"""Below the ports that the system gives to outgoing connections (ip_local_port_range)."""

_reserved: list[socket.socket] = []


def free_port() -> int:
    """A port where nothing listens, and that no other process of tests is given."""
    return free_ports(1)


def free_ports(length: int) -> int:
    """The first of ``length`` such ports in a row. Raises RuntimeError if there are none."""
    for first in range(FIRST, LAST - length + 2, length):
        ports = range(first, first + length)
        locks = [_lock(port) for port in ports]
        if all(locks) and all(is_free(port) for port in ports):
            _reserved.extend(lock for lock in locks if lock)
            return first
        for lock in locks:
            if lock:
                lock.close()
    raise RuntimeError(f"no {length} free ports between {FIRST} and {LAST}")


def is_free(port: int) -> bool:
    """Whether a server could listen there on the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _lock(port: int) -> socket.socket | None:
    """A name in the abstract namespace of unix(7): the kernel frees it when this process ends."""
    lock = socket.socket(socket.AF_UNIX)
    try:
        lock.bind(f"\0mara-test-port-{port}")
    except OSError:
        lock.close()
        return None
    return lock
