"""What e-mails about an account say, in the user's language."""

from dataclasses import dataclass

from mara.auth.model.mail import MailKind
from mara.kernel.mail import Mail
from mara.users.model import Locale

PAGES = {
    MailKind.EMAIL_VERIFICATION: ("verify-email", "POST /api/v1/auth/email/verify"),
    MailKind.PASSWORD_RESET: ("reset-password", "POST /api/v1/auth/password/reset"),
}
"""The frontend's page that takes the token, and the route that it calls."""

TEXTS = {
    (MailKind.PASSWORD_RESET, Locale.EN): (
        "Reset your password",
        (
            "Somebody, probably you, asked to reset the password of this account.\n\n"
            "{action}\n\n"
            "It works once, within 30 minutes, and ends all sessions. If it was not you, "
            "ignore this e-mail: your password stays as it is."
        ),
    ),
    (MailKind.PASSWORD_RESET, Locale.RU): (
        "Сброс пароля",
        (
            "Кто-то, вероятно вы, запросил сброс пароля этой учётной записи.\n\n"
            "{action}\n\n"
            "Это сработает один раз в течение 30 минут и завершит все сеансы. Если это были "
            "не вы, ничего не делайте: пароль останется прежним."
        ),
    ),
    (MailKind.EMAIL_VERIFICATION, Locale.EN): (
        "Confirm your e-mail address",
        (
            "Confirm that this address belongs to your account.\n\n"
            "{action}\n\n"
            "It works once, within 24 hours. If you have no account, ignore this e-mail."
        ),
    ),
    (MailKind.EMAIL_VERIFICATION, Locale.RU): (
        "Подтвердите адрес электронной почты",
        (
            "Подтвердите, что этот адрес принадлежит вашей учётной записи.\n\n"
            "{action}\n\n"
            "Это сработает один раз в течение 24 часов. Если у вас нет учётной записи, "
            "ничего не делайте."
        ),
    ),
    (MailKind.LOGIN_LOCK, Locale.EN): (
        "Failed logins to your account",
        (
            "Too many logins to your account failed from the network {network}. Logins from "
            "there are refused for a while; devices on which you are logged in are not "
            "affected.\n\n"
            "If it was you, wait and try again, or reset your password. If not, your "
            "password was not guessed, and there is nothing to do. GET "
            "/api/v1/auth/sessions shows where you are logged in and where logins failed."
        ),
    ),
    (MailKind.LOGIN_LOCK, Locale.RU): (
        "Неудачные попытки входа",
        (
            "Слишком много попыток входа в вашу учётную запись из сети {network} не "
            "удалось. Вход оттуда временно закрыт; устройств, на которых вы вошли, это не "
            "касается.\n\n"
            "Если это были вы, подождите и повторите попытку или сбросьте пароль. Если нет, "
            "пароль не подобран, делать ничего не нужно. GET /api/v1/auth/sessions "
            "показывает, где вы вошли и откуда были неудачные попытки."
        ),
    ),
}
LINK = {Locale.EN: "Open {link}", Locale.RU: "Откройте {link}"}
NO_LINK = {
    Locale.EN: "Send this token to {route}: {token}",
    Locale.RU: "Отправьте этот токен в {route}: {token}",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """What is put into the text; ``app_url`` is the frontend's address, or empty."""

    kind: MailKind
    locale: Locale
    app_url: str
    token: str = ""
    network: str | None = None

    def to(self, address: str) -> Mail:
        """Return the e-mail to this address."""
        subject, text = TEXTS[self.kind, self.locale]
        action = self._action() if self.kind in PAGES else ""
        return Mail(address, subject, text.format(action=action, network=self.network or "?"))

    def _action(self) -> str:
        page, route = PAGES[self.kind]
        if not self.app_url:
            return NO_LINK[self.locale].format(route=route, token=self.token)
        # In the fragment, which a browser sends to no server, and so to no log.
        return LINK[self.locale].format(link=f"{self.app_url}/{page}#token={self.token}")
