"""Which passages are one section, and which sections tell what to do about it."""

from collections.abc import Sequence

from mara.agents.model.sections import remedies_for, section_of
from mara.extraction.model import Place
from mara.kernel.ids import new_id
from mara.search.model import Chunk


def a_document(*passages: tuple[str, Place]) -> list[Chunk]:
    document = new_id()
    return [
        Chunk(Chunk.id_for(document, number), document, number, text, place)
        for number, (text, place) in enumerate(passages)
    ]


def under(text: str, *headings: str, page: int | None = None) -> tuple[str, Place]:
    return text, Place(page=page, headings=headings)


def texts(chunks: Sequence[Chunk]) -> list[str]:
    return [chunk.text for chunk in chunks]


class TestSectionOf:
    def test_all_passages_under_one_heading_beginning_with_the_one_found(self) -> None:
        chunks = a_document(
            under("Twenty-eight days.", "Rules", "Leave"),
            under("One.", "Rules", "Parking"),
            under("Two.", "Rules", "Parking"),
            under("Three.", "Rules", "Parking"),
            under("Ask the guard.", "Rules", "Badges"),
        )
        assert texts(section_of(chunks[2], chunks).chunks) == ["Two.", "Three.", "One."]

    def test_subsections_are_part_of_it(self) -> None:
        chunks = a_document(
            under("Find out why.", "DiskFull", "Mitigation"),
            under("Extend the volume.", "DiskFull", "Mitigation", "On AWS"),
            under("Add a disk.", "DiskFull", "Mitigation", "On premises"),
            under("See the manual.", "DiskFull", "Links"),
        )
        assert len(section_of(chunks[0], chunks).chunks) == 3

    def test_chapters_are_no_part_of_the_text_under_the_title(self) -> None:
        chunks = a_document(
            under("These rules hold for all.", "Правила"),
            under("28 дней.", "Правила", "Отпуск"),
        )
        assert texts(section_of(chunks[0], chunks).chunks) == ["These rules hold for all."]

    def test_steps_stay_together(self) -> None:
        chunks = a_document(
            under("Stop the pump.", "Pump", "Step 1"),
            under("Open the valve.", "Pump", "Step 2"),
            under("Start the pump.", "Pump", "Шаг 3. Пуск"),
            under("Drain it.", "Tank", "Step 1"),
        )
        found = texts(section_of(chunks[1], chunks).chunks)
        assert found == ["Open the valve.", "Start the pump.", "Stop the pump."]

    def test_a_chapter_of_the_same_name_further_on_is_another_section(self) -> None:
        chunks = a_document(
            under("Ten days.", "Payment"),
            under("By lorry.", "Delivery"),
            under("Each month.", "Payment"),
        )
        assert texts(section_of(chunks[0], chunks).chunks) == ["Ten days."]

    def test_goes_on_over_a_page_break(self) -> None:
        chunks = a_document(
            under("Close the valve.", "Rule 5", page=1), under("Call her.", "Rule 5", page=2)
        )
        assert len(section_of(chunks[0], chunks).chunks) == 2

    def test_the_pieces_of_a_wide_row_but_no_other_row(self) -> None:
        row = Place(sheet="S", row=2)
        chunks = a_document(("a", row), ("b", row), ("c", Place(sheet="S", row=3)))
        assert texts(section_of(chunks[1], chunks).chunks) == ["b", "a"]

    def test_leaves_out_headings_without_text(self) -> None:
        chunks = a_document(
            under("Find out why.", "DiskFull", "Mitigation"),
            under("On AWS", "DiskFull", "Mitigation", "On AWS"),
        )
        assert texts(section_of(chunks[0], chunks).chunks) == ["Find out why."]

    def test_begins_with_the_text_below_a_heading_without_text(self) -> None:
        chunks = a_document(
            under("Mitigation", "DiskFull", "Mitigation"),
            under("Extend the volume.", "DiskFull", "Mitigation", "On AWS"),
        )
        assert texts(section_of(chunks[0], chunks).chunks) == ["Extend the volume."]


class TestSectionWithoutHeadings:
    def section(self, *pages: str, start: int = 0) -> list[str]:
        chunks = a_document(*((text, Place(page=n)) for n, text in enumerate(pages, 1)))
        return texts(section_of(chunks[start], chunks).chunks)

    def test_a_sentence_goes_on_over_a_page_break(self) -> None:
        pages = ("The operator must", "close the valve V-12.", "Another matter.")
        assert self.section(*pages) == ["The operator must", "close the valve V-12."]
        assert self.section(*pages, start=1) == ["close the valve V-12.", "The operator must"]

    def test_lines_of_the_page_do_not_hide_that(self) -> None:
        pages = ("Policy 5\nThe operator must\nPage 1", "Policy 5\nclose the valve.\nPage 2")
        assert len(self.section(*pages)) == 2

    def test_a_list_goes_on(self) -> None:
        assert len(self.section("Порядок:\n1. Закрыть.\n2. Ждать.", "3. Открыть.\n4. Уйти.")) == 2
        assert len(self.section("Take along:", "The key and the lamp.")) == 2

    def test_a_whole_sentence_ends_it(self) -> None:
        assert len(self.section("Close the valve.", "the end")) == 1
        assert len(self.section("Notes on May", "Holidays in June")) == 1
        assert len(self.section("Правила смены.", "1. Общие положения")) == 1


class TestRemediesFor:
    def test_sections_of_the_same_chapter(self) -> None:
        chunks = a_document(
            under("Restart the daemon.", "Runbooks", "ClockSkew", "Mitigation"),
            under("The disk is full.", "Runbooks", "DiskFull", "Meaning"),
            under("Writes fail.", "Runbooks", "DiskFull", "Impact"),
            under("Look at df.", "Runbooks", "DiskFull", "Diagnosis"),
            under("Delete images.", "Runbooks", "DiskFull", "Mitigation"),
            under("Extend the volume.", "Runbooks", "DiskFull", "Mitigation", "On AWS"),
            under("Renew it.", "Runbooks", "CertificateExpires", "Mitigation"),
        )
        found = [texts(section.chunks) for section in remedies_for(chunks[1], chunks)]
        assert found == [["Look at df."], ["Delete images.", "Extend the volume."]]

    def test_not_the_section_itself(self) -> None:
        chunks = a_document(
            under("Delete images.", "DiskFull", "Mitigation"),
            under("Find the process.", "DiskFull", "Mitigation", "First steps"),
        )
        assert remedies_for(chunks[0], chunks) == []

    def test_no_procedure_of_another_topic(self) -> None:
        chunks = a_document(
            under("28 дней.", "Положение", "Отпуск"),
            under("Две встречи.", "Положение", "Порядок приёма"),
            under("За две недели.", "Положение", "Порядок увольнения"),
        )
        assert remedies_for(chunks[0], chunks) == []

    def test_none_for_a_row_or_a_text_without_headings(self) -> None:
        chunks = a_document(("a", Place(row=2, headings=("Actions",))), ("b", Place()))
        assert remedies_for(chunks[0], chunks) == []
        assert remedies_for(chunks[1], chunks) == []
