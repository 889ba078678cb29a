"""What each e-mail about an account says, in each language."""

import pytest

from mara.auth.model.mail import MailKind
from mara.auth.model.mail_texts import Letter
from mara.kernel.mail import Mail
from mara.users.model import Locale

ADDRESS = "anna@example.com"
APP = "https://app.example.com"
TOKEN = "Tk-1"
NETWORK = "203.0.113.7"

RESET_EN = (
    "Somebody, probably you, asked to reset the password of this account.\n\n"
    "{action}\n\n"
    "It works once, within 30 minutes, and ends all sessions. If it was not you, ignore this "
    "e-mail: your password stays as it is."
)
RESET_RU = (
    "Кто-то, вероятно вы, запросил сброс пароля этой учётной записи.\n\n"
    "{action}\n\n"
    "Это сработает один раз в течение 30 минут и завершит все сеансы. Если это были не вы, "
    "ничего не делайте: пароль останется прежним."
)
CONFIRM_EN = (
    "Confirm that this address belongs to your account.\n\n"
    "{action}\n\n"
    "It works once, within 24 hours. If you have no account, ignore this e-mail."
)
CONFIRM_RU = (
    "Подтвердите, что этот адрес принадлежит вашей учётной записи.\n\n"
    "{action}\n\n"
    "Это сработает один раз в течение 24 часов. Если у вас нет учётной записи, ничего не делайте."
)
LOCK_EN = (
    "Too many logins to your account failed from the network {network}. Logins from there are "
    "refused for a while; devices on which you are logged in are not affected.\n\n"
    "If it was you, wait and try again, or reset your password. If not, your password was not "
    "guessed, and there is nothing to do. GET /api/v1/auth/sessions shows where you are logged in "
    "and where logins failed."
)
LOCK_RU = (
    "Слишком много попыток входа в вашу учётную запись из сети {network} не удалось. Вход оттуда "
    "временно закрыт; устройств, на которых вы вошли, это не касается.\n\n"
    "Если это были вы, подождите и повторите попытку или сбросьте пароль. Если нет, пароль не "
    "подобран, делать ничего не нужно. GET /api/v1/auth/sessions показывает, где вы вошли и "
    "откуда были неудачные попытки."
)
LINKS = {
    (MailKind.PASSWORD_RESET, Locale.EN): f"Open {APP}/reset-password#token={TOKEN}",
    (MailKind.PASSWORD_RESET, Locale.RU): f"Откройте {APP}/reset-password#token={TOKEN}",
    (MailKind.EMAIL_VERIFICATION, Locale.EN): f"Open {APP}/verify-email#token={TOKEN}",
    (MailKind.EMAIL_VERIFICATION, Locale.RU): f"Откройте {APP}/verify-email#token={TOKEN}",
}
ROUTES = {
    (MailKind.PASSWORD_RESET, Locale.EN): (
        f"Send this token to POST /api/v1/auth/password/reset: {TOKEN}"
    ),
    (MailKind.PASSWORD_RESET, Locale.RU): (
        f"Отправьте этот токен в POST /api/v1/auth/password/reset: {TOKEN}"
    ),
    (MailKind.EMAIL_VERIFICATION, Locale.EN): (
        f"Send this token to POST /api/v1/auth/email/verify: {TOKEN}"
    ),
    (MailKind.EMAIL_VERIFICATION, Locale.RU): (
        f"Отправьте этот токен в POST /api/v1/auth/email/verify: {TOKEN}"
    ),
}


class TestLetterWithAToken:
    @pytest.mark.parametrize(
        ("kind", "locale", "subject", "text"),
        [
            (MailKind.PASSWORD_RESET, Locale.EN, "Reset your password", RESET_EN),
            (MailKind.PASSWORD_RESET, Locale.RU, "Сброс пароля", RESET_RU),
            (MailKind.EMAIL_VERIFICATION, Locale.EN, "Confirm your e-mail address", CONFIRM_EN),
            (
                MailKind.EMAIL_VERIFICATION,
                Locale.RU,
                "Подтвердите адрес электронной почты",
                CONFIRM_RU,
            ),
        ],
    )
    def test_says_what_to_do(self, kind: MailKind, locale: Locale, subject: str, text: str) -> None:
        """With the frontend's address, it links a page; without, it names the route."""
        for app_url, actions in ((APP, LINKS), ("", ROUTES)):
            mail = Letter(kind, locale, app_url, TOKEN).to(ADDRESS)
            assert mail == Mail(ADDRESS, subject, text.format(action=actions[kind, locale]))


class TestLetterOnFailedLogins:
    @pytest.mark.parametrize("app_url", [APP, ""])
    @pytest.mark.parametrize(
        ("locale", "subject", "text"),
        [
            (Locale.EN, "Failed logins to your account", LOCK_EN),
            (Locale.RU, "Неудачные попытки входа", LOCK_RU),
        ],
    )
    def test_names_the_network(self, locale: Locale, subject: str, text: str, app_url: str) -> None:
        mail = Letter(MailKind.LOGIN_LOCK, locale, app_url, network=NETWORK).to(ADDRESS)
        assert mail == Mail(ADDRESS, subject, text.format(network=NETWORK))

    def test_of_an_unknown_network_has_a_question_mark(self) -> None:
        mail = Letter(MailKind.LOGIN_LOCK, Locale.EN, APP).to(ADDRESS)
        assert mail.text == LOCK_EN.format(network="?")
