"""Which language models agents may name."""

import pytest

from mara.agents.errors import UnknownLanguageModel
from mara.agents.model.language_models import LanguageModelOption, is_known, is_same, options
from mara.agents.service.language_models import LanguageModelService
from mara.kernel.ids import new_id
from mara.kernel.principal import Principal, Role
from tests.support.agents import FakeLanguageModelCatalog

CALLER = Principal(new_id(), Role.USER)


class TestIsSame:
    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            ("qwen2.5:7b", "QWEN2.5:7B", True),
            ("qwen2.5", "qwen2.5:latest", True),
            ("host:5000/team/model", "host:5000/team/model:latest", True),
            ("qwen2.5:7b", "qwen2.5:14b", False),
            ("qwen2.5", "qwen2.5:7b", False),
            ("team/model", "model", False),
        ],
    )
    def test_ignores_case_and_a_missing_tag(self, one: str, other: str, same: bool) -> None:
        assert is_same(one, other) is same
        assert is_same(other, one) is same

    def test_knows_nothing_of_an_empty_server(self) -> None:
        assert not is_known("x", [])


class TestOptions:
    def test_begins_with_the_default_and_lists_it_once(self) -> None:
        listed = options("m", ["z:1", "M:latest", "a:1"])
        assert listed == [
            LanguageModelOption("m", is_default=True, is_available=True),
            LanguageModelOption("a:1", is_default=False, is_available=True),
            LanguageModelOption("z:1", is_default=False, is_available=True),
        ]

    def test_shows_a_default_that_the_server_does_not_have(self) -> None:
        assert options("m:1", ["m:2"])[0] == LanguageModelOption(
            "m:1", is_default=True, is_available=False
        )


class TestLanguageModelService:
    def test_lists_nothing_without_a_server(self) -> None:
        assert LanguageModelService(None).list(CALLER) == []
        LanguageModelService(None).check("anything")

    def test_lists_the_default_alone_while_the_server_does_not_answer(self) -> None:
        listed = LanguageModelService(FakeLanguageModelCatalog(None)).list(CALLER)
        assert listed == [LanguageModelOption("default:7b", is_default=True, is_available=False)]

    def test_refuses_every_name_where_the_server_is_empty(self) -> None:
        with pytest.raises(UnknownLanguageModel, match="known: none"):
            LanguageModelService(FakeLanguageModelCatalog([])).check("a:1")
