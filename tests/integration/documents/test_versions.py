"""Two files of one name: when one is a new version of the other, and when both answer."""

from uuid import UUID, uuid4

import pytest

from mara.agents.model import AgentSettings, Reply
from mara.documents.errors import DocumentNotFound
from mara.documents.model import Document
from mara.kernel.principal import Principal
from mara.wiring.agents import agent_service, answer_service, conversation_service
from mara.wiring.documents import library_service
from mara.wiring.search import search_service
from tests.support.accounts import make_account
from tests.support.cloud import Cloud

pytestmark = pytest.mark.usefixtures("database")

ALPHA = "# Сервис Альфа\n\nСервис Альфа перезапускают командой restart-alpha.\n"
BETA = "# Сервис Бета\n\nСервис Бета перезапускают командой restart-beta.\n"
QUESTION = "Какой командой перезапускают сервис Альфа?"


def read(
    cloud: Cloud, caller: Principal, text: str, name: str, *, replaces: UUID | None = None
) -> Document:
    """Upload a file, and return its document when it is ready."""
    document, _ = library_service().upload(caller, name, text.encode(), replaces=replaces)
    cloud.work()
    return library_service().get(caller, document.id)


def is_searchable(caller: Principal, document: Document) -> bool:
    hits = search_service().search(caller, "сервис price", limit=50)
    return document.id in {hit.chunk.document_id for hit in hits}


def sections(*texts: str) -> str:
    return "\n\n".join(f"## Часть {number}\n\n{text}" for number, text in enumerate(texts))


def rows(*prices: int) -> str:
    return "item,price\n" + "".join(f"item {n},{price}\n" for n, price in enumerate(prices))


class TestAFileOfTheSameName:
    def test_with_another_text_is_a_document_of_its_own(
        self, cloud: Cloud, anna: Principal
    ) -> None:
        first = read(cloud, anna, ALPHA, "README.md")
        second = read(cloud, anna, BETA, "README.md")
        assert (second.version, second.supersedes) == (1, None)
        assert is_searchable(anna, first)
        assert is_searchable(anna, second)

    @pytest.mark.parametrize(
        ("name", "old", "new"),
        [
            ("правила.md", sections(*"абвгд"), sections(*"абвге")),
            ("prices.csv", rows(1, 2, 3, 4, 5), rows(1, 2, 30, 40, 5)),
            ("правила.md", sections(*"абв"), sections(*"абвгд")),
        ],
    )
    def test_with_most_of_the_text_is_a_new_version(
        self, cloud: Cloud, anna: Principal, name: str, old: str, new: str
    ) -> None:
        first = read(cloud, anna, old, name)
        second = read(cloud, anna, new, name)
        assert (second.version, second.supersedes) == (2, first.id)
        assert not is_searchable(anna, first)

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (sections(*"абвгд"), sections(*"абеёж")),
            (sections(*"абвгдеёжзи"), sections(*"абв")),
            (sections(*"абв"), sections(*"абвгдеёжзи")),
        ],
    )
    def test_with_less_of_the_text_or_a_part_of_it_is_a_document_of_its_own(
        self, cloud: Cloud, anna: Principal, old: str, new: str
    ) -> None:
        read(cloud, anna, old, "правила.md")
        assert read(cloud, anna, new, "правила.md").version == 1

    def test_is_a_version_of_the_most_similar_one(self, cloud: Cloud, anna: Principal) -> None:
        similar = read(cloud, anna, sections(*"абвгд"), "правила.md")
        read(cloud, anna, sections(*"жзиклм"), "правила.md")
        newer = read(cloud, anna, sections(*"абвге"), "правила.md")
        assert newer.supersedes == similar.id
        newest = read(cloud, anna, sections(*"абвгё"), "правила.md")
        assert (newest.version, newest.supersedes) == (3, newer.id)

    def test_with_the_same_text_under_another_name_is_no_version(
        self, cloud: Cloud, anna: Principal
    ) -> None:
        read(cloud, anna, sections(*"абвгд"), "правила.md")
        assert read(cloud, anna, sections(*"абвгд"), "копия.md").version == 1

    def test_of_another_owner_is_no_version(self, cloud: Cloud, anna: Principal) -> None:
        first = read(cloud, anna, sections(*"абвгд"), "правила.md")
        boris = make_account("boris").principal
        assert read(cloud, boris, sections(*"абвге"), "правила.md").version == 1
        assert is_searchable(anna, first)


class TestAnAnswerFromOneOfTwoNamesakes:
    def ask(self, cloud: Cloud, anna: Principal, other: str) -> Reply:
        """Ask for what the first of two files alone says."""
        first = read(cloud, anna, ALPHA, "README.md")
        read(cloud, anna, BETA, other)
        agent = agent_service().create(anna, AgentSettings("Both"))
        answer = answer_service().ask(anna, agent.id, QUESTION, conversation_id=None)
        assert answer.reply.citations[0].document_id == first.id
        _, stored = conversation_service().get(anna, answer.conversation_id)
        assert [each.reply.citations for each in stored] == [answer.reply.citations]
        return answer.reply

    def test_tells_which(self, cloud: Cloud, anna: Principal) -> None:
        reply = self.ask(cloud, anna, "README.md")
        assert all(citation.has_namesake for citation in reply.citations)
        at = reply.citations[0].uploaded_at
        assert f"[1] README.md · загружен {at:%Y-%m-%d %H:%M:%S} UTC" in reply.text

    def test_tells_no_time_where_the_names_differ(self, cloud: Cloud, anna: Principal) -> None:
        reply = self.ask(cloud, anna, "guide.md")
        assert not any(citation.has_namesake for citation in reply.citations)
        assert "загружен" not in reply.text


class TestAFileThatReplacesADocument:
    def test_is_a_new_version_whatever_its_text_and_name(
        self, cloud: Cloud, anna: Principal
    ) -> None:
        first = read(cloud, anna, ALPHA, "старое.md")
        second = read(cloud, anna, BETA, "новое.md", replaces=first.id)
        assert (second.version, second.supersedes) == (2, first.id)
        assert not is_searchable(anna, first)

    def test_leaves_its_namesakes_alone(self, cloud: Cloud, anna: Principal) -> None:
        first = read(cloud, anna, ALPHA, "README.md")
        namesake = read(cloud, anna, BETA, "README.md")
        read(cloud, anna, ALPHA + "Ночью тоже.\n", "README.md", replaces=first.id)
        assert is_searchable(anna, namesake)

    def test_replaces_no_document_of_another_owner(self, cloud: Cloud, anna: Principal) -> None:
        first = read(cloud, anna, ALPHA, "README.md")
        boris = make_account("boris").principal
        for unknown in (first.id, uuid4()):
            with pytest.raises(DocumentNotFound):
                read(cloud, boris, BETA, "README.md", replaces=unknown)
        assert is_searchable(anna, first)


class TestAnAgentThatIsLinkedToADocument:
    def answer(self, cloud: Cloud, anna: Principal, *, replaces: bool) -> str:
        first = read(cloud, anna, ALPHA, "дежурство.md")
        agent = agent_service().create(anna, AgentSettings("Alpha", document_ids=(first.id,)))
        newer = BETA if not replaces else ALPHA.replace("restart-alpha", "alpha --restart")
        read(cloud, anna, newer, "дежурство.md", replaces=first.id if replaces else None)
        return answer_service().ask(anna, agent.id, QUESTION, conversation_id=None).reply.text

    def test_never_answers_from_its_namesake(self, cloud: Cloud, anna: Principal) -> None:
        text = self.answer(cloud, anna, replaces=False)
        assert "restart-alpha" in text
        assert "restart-beta" not in text

    def test_is_silent_on_what_its_namesake_alone_says(self, cloud: Cloud, anna: Principal) -> None:
        """The linked document names the other service nowhere."""
        first = read(cloud, anna, ALPHA, "дежурство.md")
        other = read(cloud, anna, BETA, "дежурство.md")
        agent = agent_service().create(anna, AgentSettings("Alpha", document_ids=(first.id,)))
        question = QUESTION.replace("Альфа", "Бета")
        reply = answer_service().ask(anna, agent.id, question, conversation_id=None).reply
        assert "restart-beta" not in reply.text
        shown = [*reply.citations, *reply.related]
        assert other.id not in {citation.document_id for citation in shown}

    def test_answers_from_its_newer_version(self, cloud: Cloud, anna: Principal) -> None:
        assert "alpha --restart" in self.answer(cloud, anna, replaces=True)
