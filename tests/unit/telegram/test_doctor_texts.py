"""The doctor's texts: of every case, in both languages, with a way out where something is wrong."""

import re

import pytest

from mara.kernel.ids import new_id
from mara.telegram.model.bot_config import BotLanguage
from mara.telegram.model.doctor import PLACES, BotCase, BotFinding, Check, CheckState
from mara.telegram.model.doctor_texts import SEEN, fix_text, seen_text

FIELDS = dict.fromkeys(
    re.findall(r"\{(\w+)\}", " ".join(text for texts in SEEN.values() for text in texts)), "7"
)


class TestTexts:
    @pytest.mark.parametrize("case", BotCase)
    def test_exist_in_both_languages(self, case: BotCase) -> None:
        finding, config_id = BotFinding(case, FIELDS), new_id()
        for language, is_russian in ((BotLanguage.EN, False), (BotLanguage.RU, True)):
            seen = seen_text(finding, language)
            fix = fix_text(finding, language, config_id)
            assert bool(re.search("[А-я]", seen)) is is_russian
            assert (fix is None) == (finding.state is CheckState.OK)
            assert "{" not in seen + (fix or "")

    def test_belong_to_one_check_each(self) -> None:
        assert set(PLACES) == set(BotCase)
        assert {check for check, _ in PLACES.values()} == set(Check)
