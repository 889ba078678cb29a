"""Sends outgoing webhooks: https to a checked address, and nowhere else (invariant 6).

The name is resolved once, every address of it is checked, and the connection goes to one of these
addresses, with the name in SNI, certificate and Host. No proxy of the environment is used, and no
redirect is followed: ``http.client`` does neither.
"""

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message as Headers
from http import HTTPStatus

from mara.kernel.clock import Clock
from mara.notifications.adapters.limited_socket import LimitedSocket, TooMuchRead
from mara.notifications.errors import AddressNotPublic, WebhookUrlRefused
from mara.notifications.model.delivery_attempts import retry_after_of
from mara.notifications.model.public_addresses import check_public
from mara.notifications.model.webhook_url import Target, target_of
from mara.notifications.model.webhooks import DeliveryFailure, WebhookAnswer
from mara.notifications.ports import WebhookRequest

TIME_MAX_S = 15.0
"""Seconds for all of an attempt, from the connection to the end of the answer."""
READ_MAX = 64 * 1024
"""Bytes of the answer that are read, headers and TLS's plaintext body together."""
AT_ONCE = 16
"""Requests that are sent side by side."""

Resolve = Callable[[str, int], Sequence[str]]
Connect = Callable[[str, int, float], socket.socket]


def resolve(name: str, port: int) -> Sequence[str]:
    """All addresses of the name, each once. Raises OSError."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


def connect(address: str, port: int, time_max_s: float) -> socket.socket:
    """Connect to the address, which is no name. Raises OSError."""
    return socket.create_connection((address, port), time_max_s)


@dataclass(frozen=True, slots=True)
class HttpsWebhookSender:
    """Implements ``WebhookSender``."""

    now: Clock
    tls: ssl.SSLContext
    resolve: Resolve = resolve
    connect: Connect = connect
    time_max_s: float = TIME_MAX_S
    _threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook")
    )

    def start(self, request: WebhookRequest) -> Future[WebhookAnswer]:
        """Begin to send a request in a thread of its own, beside those that are on the way."""
        return self._threads.submit(self.send, request)

    def send(self, request: WebhookRequest) -> WebhookAnswer:
        """Send one request; every failure of the receiver is an answer."""
        try:
            return self._send(request)
        except (AddressNotPublic, WebhookUrlRefused):
            return WebhookAnswer(failure=DeliveryFailure.ADDRESS)
        except TimeoutError:
            return WebhookAnswer(failure=DeliveryFailure.TIMED_OUT)
        except ssl.SSLError:
            return WebhookAnswer(failure=DeliveryFailure.TLS)
        except (http.client.HTTPException, TooMuchRead):
            return WebhookAnswer(failure=DeliveryFailure.UNREADABLE)
        except OSError:
            return WebhookAnswer(failure=DeliveryFailure.UNREACHABLE)

    def _send(self, request: WebhookRequest) -> WebhookAnswer:
        target, deadline = target_of(request.url), time.monotonic() + self.time_max_s

        def remaining_s() -> float:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            return left

        checked = check_public(self.resolve(target.name, target.port))
        plain = self._connect_to_one([str(address) for address in checked], target, remaining_s)
        with closing(plain):
            plain.settimeout(remaining_s())
            # It takes the socket over: closing the plain one then does nothing.
            with closing(self.tls.wrap_socket(plain, server_hostname=target.name)) as link:
                return self._exchange(LimitedSocket(link, remaining_s, READ_MAX), target, request)

    def _connect_to_one(
        self, addresses: Sequence[str], target: Target, remaining_s: Callable[[], float]
    ) -> socket.socket:
        """Connect to the first address that answers. Raises OSError of the last."""
        *others, last = addresses
        for address in others:
            try:
                # Half of the time for those that follow.
                return self.connect(address, target.port, remaining_s() / 2)
            except OSError:
                continue
        return self.connect(last, target.port, remaining_s())

    def _exchange(
        self, link: LimitedSocket, target: Target, request: WebhookRequest
    ) -> WebhookAnswer:
        # Of HTTPSConnection, because Host has the port unless it is that of https.
        client = http.client.HTTPSConnection(target.name, target.port, context=self.tls)
        client.sock = link
        client.request("POST", target.path, body=request.body, headers=dict(request.headers))
        with client.getresponse() as response:
            answer = answer_of(response.status, response.headers, self.now())
            # Some receivers take a connection that ends before their answer for a failure.
            response.read(READ_MAX // 2)
        return answer


def answer_of(status: int, headers: Headers, now: datetime) -> WebhookAnswer:
    """What the answer of a receiver means: 2xx is success, all others are failures."""
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return WebhookAnswer(status)
    is_redirect = HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST
    failure = DeliveryFailure.REDIRECT if is_redirect else DeliveryFailure.STATUS
    return WebhookAnswer(status, failure, retry_after_of(headers.get("Retry-After"), now))
