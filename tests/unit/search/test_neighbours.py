"""Names whose neighbour is documented, and they are not."""

import pytest

from mara.search.model.asking import naming_sentences
from mara.search.model.neighbours import only_neighbours

HOSTS = (
    "Host `db-3` runs PostgreSQL. Its standby is db-4.lyra.example; the VPN is vpn.lyra.example."
)


def absent(question: str, *texts: str) -> list[str]:
    return list(only_neighbours(naming_sentences(question), texts))


class TestAbsent:
    @pytest.mark.parametrize(
        ("question", "names"),
        [
            ("What runs on db-5?", ["db-5"]),
            ("What runs on DB-5 and db-7?", ["DB-5", "db-7"]),
            ("Что работает на db-5?", ["db-5"]),
            ("Is db_12 a standby?", ["db_12"]),
            ("db-5 standby", ["db-5"]),
            ("Who pays for mail.lyra.example?", ["mail.lyra.example"]),
            ("How is ftp.lyra.example reached?", ["ftp.lyra.example"]),
        ],
    )
    def test_is_a_name_beside_a_documented_one(self, question: str, names: list[str]) -> None:
        assert absent(question, HOSTS) == names

    @pytest.mark.parametrize(
        "question",
        [
            "What runs on db-3?",
            "What runs on DB3?",
            "What runs on db_03?",
            "Is db-4.lyra.example a standby?",
            "Is vpn.lyra.example up?",
            "Is VPN.Lyra.example up?",
        ],
    )
    def test_is_no_name_that_is_documented_in_another_spelling(self, question: str) -> None:
        assert absent(question, HOSTS) == []

    @pytest.mark.parametrize(
        "question",
        [
            "Is it a sev-1?",
            "What runs on web-5?",
            "Who pays for mail.vega.example?",
            "Who owns lyra.example?",
            "Is a@mail.lyra.example read?",
            "What is at https://mail.lyra.example/inbox?",
            "Are there 5 hosts?",
            "Is step 5 done?",
        ],
    )
    def test_is_no_name_without_a_documented_neighbour(self, question: str) -> None:
        assert absent(question, HOSTS) == []

    @pytest.mark.parametrize(
        "text",
        [
            "What do I do when db-5 is down?",
            "Что делать, если db-5 не отвечает?",
            "DiskAlmostFull: the disk of db-5 is full, the host mail.lyra.example is affected.",
        ],
    )
    def test_is_no_host_of_a_report_nor_of_a_question_what_to_do(self, text: str) -> None:
        """The section for hosts of the kind applies to each of them."""
        assert absent(text, HOSTS) == []

    def test_is_no_host_that_a_wildcard_covers(self) -> None:
        assert absent("Is shop.lyra.example covered?", HOSTS, "The one for *.lyra.example") == []
        assert absent("Is shop.lyra.example covered?", HOSTS) == ["shop.lyra.example"]
