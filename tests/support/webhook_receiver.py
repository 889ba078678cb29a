"""A receiver of webhooks with real TLS: its certificate is of an authority made for the test."""

import datetime as dt
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

NAME = "hooks.example.com"
PUBLIC = "93.184.215.14"
"""The address that the name has in tests; connections to it reach the receiver."""
ACCEPTED = b"HTTP/1.1 204 No Content\r\n\r\n"

Serve = Callable[[ssl.SSLSocket], None]


@dataclass(frozen=True)
class Received:
    """A request as it arrived; names of headers are in lower case."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """``port`` is on loopback; ``connections`` counts what was accepted, before TLS."""

    port: int
    trust: ssl.SSLContext
    answer: bytes = ACCEPTED
    serve: Serve | None = None
    connections: int = 0
    names: list[str | None] = field(default_factory=list)
    """The names of SNI."""
    requests: list[Received] = field(default_factory=list)
    dialled: list[str] = field(default_factory=list)
    """The addresses that the sender connected to."""

    def resolve(self, name: str, port: int) -> Sequence[str]:
        return [PUBLIC]

    def connect(self, address: str, port: int, time_max_s: float) -> socket.socket:
        """Whatever the address is, the connection reaches this receiver."""
        self.dialled.append(address)
        return socket.create_connection(("127.0.0.1", self.port), time_max_s)


def answer(status: str, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@contextmanager
def receiver(folder: Path, name: str = NAME) -> Iterator[Receiver]:
    """A receiver whose certificate is valid for ``name``."""
    trust, tls = _contexts(folder, name)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = Receiver(listener.getsockname()[1], trust)
        tls.sni_callback = lambda _link, asked, _context: found.names.append(asked)
        thread = threading.Thread(target=_accept, args=(listener, tls, found), daemon=True)
        thread.start()
        yield found
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def _accept(listener: socket.socket, tls: ssl.SSLContext, found: Receiver) -> None:
    threads = []
    while True:
        try:
            plain, _ = listener.accept()
        except OSError:
            break  # the test has ended
        found.connections += 1
        threads.append(threading.Thread(target=_serve, args=(plain, tls, found), daemon=True))
        threads[-1].start()
    for thread in threads:
        thread.join()


def _serve(plain: socket.socket, tls: ssl.SSLContext, found: Receiver) -> None:
    # A sender that refuses the certificate, or gives up, ends the connection.
    with suppress(OSError), plain, tls.wrap_socket(plain, server_side=True) as link:
        found.requests.append(_read(link))
        if found.serve:
            found.serve(link)
        else:
            link.sendall(found.answer)


def _read(link: ssl.SSLSocket) -> Received:
    with link.makefile("rb") as stream:
        line = stream.readline().decode().strip()
        headers = {}
        while pair := stream.readline().decode().strip():
            name, _, value = pair.partition(":")
            headers[name.lower()] = value.strip()
        return Received(line, headers, stream.read(int(headers["content-length"])))


def _contexts(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What the sender trusts, and what the receiver has."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority of a test")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "receiver.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pem)
    trust = ssl.create_default_context(cafile=str(pem))
    return trust, tls
