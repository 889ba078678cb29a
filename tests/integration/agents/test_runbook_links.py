"""Alerts that link to a runbook by another name than their own."""

import json
from collections.abc import Sequence

import pytest

from mara.agents.model import AgentSettings, AnswerStatus
from mara.extraction.model import Block, Place
from mara.wiring.agents import agent_service, answer_service
from tests.support.accounts import make_account
from tests.support.knowledge import learn
from tests.support.subscriptions import without_limits

pytestmark = pytest.mark.usefixtures("database")

CERTIFICATE = "Renew the certificate with certbot renew, then reload the proxy."
DISK = "Delete old archives, then grow the volume."
QUEUE = "Start a second worker, then look for the slow consumer."
POD = "Read the log of the previous container."
PAGE = "The on-call engineer opens the status page and calls the duty manager."
OPS = [
    Block(CERTIFICATE, Place(headings=("CertificateExpiresSoon", "Mitigation"))),
    Block(DISK, Place(headings=("DiskAlmostFull", "Mitigation"))),
    Block(POD, Place(headings=("KubePodCrashLooping", "Mitigation"))),
    Block(QUEUE, Place(headings=("Queue grows too long", "Mitigation"))),
]
NIGHT = [
    Block(text, Place(headings=(title, "Steps")))
    for title, text in {
        "The backup fails": "Free space on the target, then start the backup again.",
        "The mail server rejects logins": "Restart the directory service.",
    }.items()
]
DAY = [
    Block(f"Call the owner of service {letter}.", Place(headings=(f"Service {letter} fails",)))
    for letter in "abcdefghi"
]
WIKI = "https://wiki.example/runbooks"


class OnCall:
    """An account with runbooks in one document, and one in a document of its own."""

    def __init__(self) -> None:
        self.caller = make_account("anna").principal
        without_limits(self.caller.user_id)
        learn(self.caller.user_id, "ops-handbook.md", OPS)
        page = [Block(PAGE, Place(headings=("Meaning",)))]
        learn(self.caller.user_id, "WebsiteIsDown.md", page)
        learn(self.caller.user_id, "night-shift.md", NIGHT)
        learn(self.caller.user_id, "day-shift.md", DAY)
        self.agent_id = agent_service().create(self.caller, AgentSettings("On call")).id

    def ask(self, name: str, link: str) -> tuple[AnswerStatus, Sequence[str], str]:
        """The status, what is quoted first, and the text of the answer."""
        annotations = {"summary": "A service is degraded, see the runbook.", "runbook_url": link}
        alert = {"labels": {"alertname": name}, "annotations": annotations}
        question = json.dumps({"alerts": [alert]})
        service = answer_service()
        reply = service.ask(self.caller, self.agent_id, question, conversation_id=None).reply
        return reply.status, [one.quote for one in reply.citations][:1], reply.text


@pytest.fixture
def on_call() -> OnCall:
    return OnCall()


@pytest.mark.parametrize(
    ("link", "section"),
    [
        (f"{WIKI}/CertificateExpiresSoon", CERTIFICATE),
        (f"{WIKI}/certificateexpiressoon/", CERTIFICATE),
        (f"{WIKI}/CertificateExpiresSoon.html?version=7", CERTIFICATE),
        (f"{WIKI}/all#certificateexpiressoon", CERTIFICATE),
        (f"{WIKI}/ops-handbook.md#certificateexpiressoon", CERTIFICATE),
        (f"{WIKI}/DiskAlmostFull#Mitigation", DISK),
        ("docs/runbooks/DiskAlmostFull.md", DISK),
        (f"{WIKI}/kubernetes/kubepodcrashlooping", POD),
        (f"{WIKI}/queue-grows-too-long", QUEUE),
        (f"{WIKI}/Queue+grows+too+long", QUEUE),
        (f"{WIKI}/%51ueue%20grows%20too%20long", QUEUE),
        (f"{WIKI}/website-is-down", PAGE),
        (f"{WIKI}/website-is-down#meaning", PAGE),
        ("WebsiteIsDown", PAGE),
    ],
)
def test_get_the_section_or_the_document_that_the_link_names(
    on_call: OnCall, link: str, section: str
) -> None:
    status, quoted, _ = on_call.ask("OtherAlarm", link)
    assert (status, quoted) == (AnswerStatus.ANSWERED, [section])


def test_get_the_section_of_the_link_rather_than_their_own(on_call: OnCall) -> None:
    assert on_call.ask("DiskAlmostFull", f"{WIKI}/CertificateExpiresSoon")[1] == [CERTIFICATE]
    assert on_call.ask("DiskAlmostFull", f"{WIKI}/ops-handbook")[1] == [DISK]
    assert on_call.ask("DiskAlmostFull", f"{WIKI}/DiskAlmostFull#queue-grows-too-long")[1] == [DISK]


@pytest.mark.parametrize(
    "link",
    [
        f"{WIKI}/OtherAlarm",
        f"{WIKI}/ExpiresSoon",
        f"{WIKI}/mitigation",
        f"{WIKI}/12345",
        f"{WIKI}/ops-handbook",
        f"{WIKI}/ops-handbook#queue-lag",
        f"{WIKI}/WebsiteIsDown#another-section",
        f"{WIKI}/night-shift",
        f"{WIKI}/day-shift",
        f"{WIKI}/%00%FF",
        "https://",
        "http://[",
        "#",
    ],
)
@pytest.mark.parametrize("name", ["OtherAlarm", "DiskAlmostFull"])
def test_get_what_they_get_without_a_link_that_names_no_runbook(
    on_call: OnCall, name: str, link: str
) -> None:
    assert on_call.ask(name, link) == on_call.ask(name, "")
