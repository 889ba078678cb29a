"""Makes .venv from uv.lock, with nothing but the Python that runs it.

Further arguments are options of `uv sync`, such as ``--group bench``.

Kept to what an old Python can parse, so that it can say that it is too old.
"""

import glob
import os
import ssl
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
UV = os.path.join(VENV, "bin", "uv")
STAMP = os.path.join(VENV, "mara.lock")
UV_VERSION = "0.13.9"
OLDEST = (3, 11)
DISK_FREE_MIN_MB = 2500
CERTIFICATES = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"]


def main() -> None:
    if sys.version_info < OLDEST:
        fail(
            "Python %d.%d is too old; 3.11 or newer is needed." % sys.version_info[:2],
            "Install one (Debian 12: apt-get install python3) and run: make up PYTHON=python3.11",
        )
    lock = read(os.path.join(ROOT, "uv.lock")) + read(os.path.join(ROOT, "pyproject.toml"))
    made = os.path.exists(PYTHON) and os.path.exists(STAMP) and read(STAMP) == lock + installed()
    if made and not sys.argv[1:]:
        return
    check_disk()
    if not os.path.exists(UV):
        step("making the Python environment", make_venv)
    step("installing the locked packages (some 600 MB, once)", install)
    with open(STAMP, "w") as stamp:
        stamp.write(lock + installed())


def installed() -> str:
    """The names and versions of the installed packages: `uv sync` removes those of extras."""
    found = glob.glob(os.path.join(VENV, "lib", "python*", "site-packages", "*.dist-info"))
    return "\n".join(sorted(os.path.basename(folder) for folder in found))


def make_venv() -> None:
    try:
        import ensurepip  # noqa: F401 - Debian ships Python without it
        import venv  # noqa: F401
    except ImportError:
        version = "%d.%d" % sys.version_info[:2]
        fail(
            "This Python cannot make environments.",
            "Debian and Ubuntu: apt-get install python%s-venv" % version,
        )
    # Not --clear: the environment of a running stack is below it.
    run([sys.executable, "-m", "venv", VENV], "The environment could not be made.")
    run(
        [PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "uv==" + UV_VERSION],
        "uv could not be installed: pip's lines above say why (network, proxy or certificate).",
        system_certificates(os.environ),
    )


def system_certificates(environment):  # type: (object) -> dict
    """Let pip, uv and Node trust the certificates of the system, as those of a TLS proxy."""
    known = dict(environment)
    paths = ssl.get_default_verify_paths()
    places = [known.get("SSL_CERT_FILE"), paths.cafile, paths.openssl_cafile, *CERTIFICATES]
    bundle = next((place for place in places if place and os.path.exists(place)), None)
    if bundle:
        if "REQUESTS_CA_BUNDLE" not in known:
            known.setdefault("PIP_CERT", bundle)
        known.setdefault("NODE_EXTRA_CA_CERTS", bundle)
    known.setdefault("UV_SYSTEM_CERTS", "true")
    return known


def install() -> None:
    run(
        [
            UV,
            "sync",
            "--frozen",
            "--all-extras",
            "--no-extra",
            "transformers",
            "--inexact",
            *([] if sys.stderr.isatty() else ["--quiet"]),
            *sys.argv[1:],
        ],
        "The packages could not be installed: uv's lines above say why.",
        dict(
            system_certificates(os.environ),
            UV_PROJECT_ENVIRONMENT=VENV,
            UV_PYTHON=PYTHON,
            UV_LINK_MODE="copy",
        ),
    )


def check_disk() -> None:
    stats = os.statvfs(ROOT)
    free_mb = stats.f_bavail * stats.f_frsize // 1024**2
    if free_mb < DISK_FREE_MIN_MB:
        fail(
            "The disk has %d MB free and %d MB are needed." % (free_mb, DISK_FREE_MIN_MB),
            "Make room, or clone to another disk.",
        )


def run(command, problem, env=None):  # type: (list, str, object) -> None
    try:
        subprocess.check_call(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError) as error:
        fail(problem, "The command was: %s (%s)" % (" ".join(command), error))


def step(what: str, act) -> None:
    sys.stdout.write("  %s ...\n" % what)
    sys.stdout.flush()
    act()


def read(path: str) -> str:
    with open(path) as file:
        return file.read()


def fail(problem: str, remedy: str) -> None:
    sys.stderr.write("\nmara: %s\n      %s\n" % (problem, remedy))
    sys.exit(1)


if __name__ == "__main__":
    main()
