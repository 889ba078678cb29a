"""A test oracle for Keccak-256, the hash of EVM chains, written from the specification.

It is SHA3-256 with another padding: https://keccak.team/keccak_specs_summary.html; the names of the
steps are those of FIPS 202, section 3.2.
"""

RATE = 136
"""Bytes taken in before each permutation: 1600 bits less twice the 256 of the digest."""
ROUNDS = 24
LANE = (1 << 64) - 1


def keccak256(data: bytes) -> bytes:
    padded = bytearray(data) + b"\x01" + bytes(-(len(data) + 1) % RATE)
    padded[-1] |= 0x80
    state = [0] * 25
    for start in range(0, len(padded), RATE):
        for lane in range(RATE // 8):
            place = start + lane * 8
            state[lane] ^= int.from_bytes(padded[place : place + 8], "little")
        state = _permuted(state)
    return b"".join(lane.to_bytes(8, "little") for lane in state[:4])


def _permuted(a: list[int]) -> list[int]:
    """Keccak-f[1600] of 25 lanes; lane (x, y) stands at x + 5 y."""
    for constant in _CONSTANTS:
        c = [a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20] for x in range(5)]
        turned = [(lane << 1 | lane >> 63) & LANE for lane in c]
        d = [c[x - 1] ^ turned[x - 4] for x in range(5)]  # theta
        b = [0] * 25
        for lane, parity, (target, offset) in zip(a, d * 5, _MOVES, strict=True):  # rho and pi
            mixed = lane ^ parity
            b[target] = (mixed << offset | mixed >> (64 - offset)) & LANE
        a = [  # chi
            b[place] ^ (~b[second] & b[third]) for place, second, third in _ROWS
        ]
        a[0] ^= constant  # iota
    return a


def _moves() -> list[tuple[int, int]]:
    """For each lane, where pi puts it, and by how many bits rho turns it."""
    offsets = {(0, 0): 0}
    x, y = 1, 0
    for turn in range(ROUNDS):
        offsets[x, y] = (turn + 1) * (turn + 2) // 2 % 64
        x, y = y, (2 * x + 3 * y) % 5
    return [(y + 5 * ((2 * x + 3 * y) % 5), offsets[x, y]) for y in range(5) for x in range(5)]


def _constants() -> list[int]:
    """Bits of a shift register of eight, by which the rounds differ (FIPS 202, algorithm 5)."""
    found, register = [], 1
    for _ in range(ROUNDS):
        constant = 0
        for power in range(7):
            constant |= (register & 1) << ((1 << power) - 1)
            register = (register << 1) ^ (0x171 if register & 0x80 else 0)
        found.append(constant)
    return found


_MOVES = _moves()
_ROWS = [
    (row + x, row + (x + 1) % 5, row + (x + 2) % 5) for row in range(0, 25, 5) for x in range(5)
]
_CONSTANTS = _constants()
