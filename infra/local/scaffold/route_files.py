"""The text of the files of a new route: its handler and its test."""

import re
from dataclasses import dataclass

from infra.local.scaffold.files import camel, capitalized, import_line, sentence

WITH_BODY = {"POST", "PUT", "PATCH"}
SAMPLE_ID = "00000000-0000-7000-8000-000000000000"


@dataclass(frozen=True, slots=True)
class NewRoute:
    """What is asked for; ``path`` has its parameters in braces."""

    group: str
    operation: str
    method: str
    path: str
    what: str
    access: str = "user"
    scope: str | None = None
    per_minute: int | None = None

    @property
    def folder(self) -> str:
        """The folder of the function."""
        return f"functions/api/{self.group}/{self.operation}"

    @property
    def ids(self) -> list[str]:
        """The parameters of the path."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def has_body(self) -> bool:
        """Whether the route takes a JSON body."""
        return self.method in WITH_BODY

    @property
    def echo(self) -> dict[str, str]:
        """What the route answers to begin with: its input, by field and as an expression."""
        values = {name: f"str({name})" for name in self.ids}
        if self.has_body:
            values["name"] = "body.name"
        if not self.is_public:
            values["caller_id"] = "str(caller.user_id)"
        return values

    @property
    def is_public(self) -> bool:
        """Whether no caller is authenticated."""
        return self.access == "public"


def handler_text(asked: NewRoute, schemas_module: str) -> str:
    """Return the handler module; its schemas come from `schemas_module`."""
    names = [f"{camel(asked.operation)}Out"]
    if asked.has_body:
        names.insert(0, f"{camel(asked.operation)}In")
    constants = [asked.access.upper()]
    declaration = f"access={asked.access.upper()}"
    if asked.scope:
        constants.append(asked.scope.upper().replace(":", "_"))
        declaration += f", scope={constants[-1]}"
    if asked.per_minute:
        declaration += f", per_minute={asked.per_minute}"
    parameters = [f"{name}: UUID" for name in asked.ids]
    if asked.has_body:
        parameters.append(f"body: {names[0]}")
    if not asked.is_public:
        parameters.append("caller: Caller")
    values = ", ".join(f"{name}={value}" for name, value in asked.echo.items())
    uuid = "from uuid import UUID\n\n" if asked.ids else ""
    caller = "" if asked.is_public else "from mara.entrypoints.principal import Caller\n"
    schemas = import_line(schemas_module, names)
    http_names = ", ".join([*sorted(constants), "api", "lambda_handler"])
    http = f"from mara.entrypoints.http import {http_names}\n"
    imports = "".join(sorted((schemas, http, caller)))
    return f'''"""{asked.method} {asked.path} - {sentence(asked.what)}

{capitalized(asked.what)}
"""

{uuid}{imports}
app = api({declaration})


@app.{asked.method.lower()}("{asked.path}")
async def {asked.operation}({", ".join(parameters)}) -> {names[-1]}:
    return {names[-1]}({values or "done=True"})


handler = lambda_handler(app)
'''


def test_text(asked: NewRoute) -> str:
    """Return the test module."""
    arguments = ', body={"name": "a"}' if asked.has_body else ""
    call = f'call({asked.operation}, "{asked.method}", PATH{arguments}'
    path = asked.path.format(**dict.fromkeys(asked.ids, SAMPLE_ID))
    module = f"functions.api.{asked.group}.{asked.operation}.handler"
    head = f'''"""{asked.method} {asked.path}, through the function itself."""

import pytest

{import_line(module, [f"handler as {asked.operation}"])}\
{"" if asked.is_public else "from mara.kernel.principal import Role" + chr(10)}\
{"" if asked.is_public else "from tests.support.accounts import make_account" + chr(10)}\
from tests.support.events import call

pytestmark = pytest.mark.usefixtures("database")

PATH = "{path}"


class Test{camel(asked.operation)}:
'''
    if asked.is_public:
        return f"""{head}    def test_answers(self) -> None:
        assert {call}).status == 200
"""
    role = f"Role.{asked.access.upper()}"
    return f"""{head}    def test_answers_the_caller(self) -> None:
        account = make_account("anna", {role})
        answer = {call}, headers=account.headers)
        assert (answer.status, answer.json["caller_id"]) == (200, str(account.id))

    def test_refuses_a_caller_without_a_token(self) -> None:
        assert {call}).status == 401
"""
