"""What headings say about their sections."""

import pytest

from mara.agents.model.headings import chapter_of, is_part, is_remedy, is_step


class TestIsPart:
    @pytest.mark.parametrize(
        "heading",
        ["Meaning", "Impact", "Full context", "Diagnosis and mitigation", "What to do", "Причины",
         "Что это значит", "What does it mean?",
         "Что делать", "Порядок действий", "Последствия", "3. Mitigation"],
    )  # fmt: skip
    def test_a_heading_without_a_subject_of_its_own(self, heading: str) -> None:
        assert is_part(heading)

    @pytest.mark.parametrize(
        "heading",
        ["Hiring procedure", "Complaint resolution", "Transactions", "Prefixes", "Порядок приёма",
         "Порядок разрешения споров", "Что делать, если забыт пароль?", "Отпуск", "2", ""],
    )  # fmt: skip
    def test_no_heading_that_names_a_subject(self, heading: str) -> None:
        assert not is_part(heading)


class TestIsRemedy:
    @pytest.mark.parametrize("heading", ["Mitigation", "How to fix it", "Порядок действий"])
    def test_a_heading_that_tells_what_to_do(self, heading: str) -> None:
        assert is_remedy(heading)

    @pytest.mark.parametrize("heading", ["Meaning", "Impact", "Последствия", "Fixed assets"])
    def test_no_heading_that_tells_something_else(self, heading: str) -> None:
        assert not is_remedy(heading)

    def test_may_repeat_the_topic(self) -> None:
        assert is_remedy("Fixing DiskFull", ["Runbooks", "DiskFull"])
        assert not is_remedy("Fixing ClockSkew", ["Runbooks", "DiskFull"])


class TestIsStep:
    def test_a_numbered_step(self) -> None:
        assert is_step("Step 2: restart")
        assert is_step("Шаг 3. Проверка")

    def test_no_numbered_chapter(self) -> None:
        assert not is_step("2. Storage of reagents")
        assert not is_step("Steps")


class TestChapterOf:
    def test_the_headings_above_a_part(self) -> None:
        assert chapter_of(("Runbooks", "DiskFull", "Meaning")) == ("Runbooks", "DiskFull")
        assert chapter_of(("DiskFull", "Mitigation", "Steps")) == ("DiskFull",)
        assert chapter_of(("DiskFull", "Mitigation", "On AWS")) == ("DiskFull",)

    def test_the_section_itself_where_it_is_no_part(self) -> None:
        assert chapter_of(("Handbook", "Parking")) == ("Handbook", "Parking")

    def test_the_document_where_its_outermost_headings_are_parts(self) -> None:
        assert chapter_of(("Meaning",)) == ()
        assert chapter_of(()) == ()
