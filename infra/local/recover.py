"""Deploys again what was deployed last, from the packages that the emulator keeps on disk.

Run as ``python -m infra.local.recover`` by the supervisor, after the emulator ended.
"""

import sys

from infra.local.deploy import DeployFailed, deploy_again


def main() -> int:
    """Return the exit status; a failure is printed to standard error."""
    try:
        deploy_again()
    except DeployFailed as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
