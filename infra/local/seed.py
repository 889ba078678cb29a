"""Creates the demo account with its agent and runbooks, through the API."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local import demo_bot
from infra.local.api_client import TRIES, Api
from infra.local.progress import waits_for
from infra.local.settings import front_url, load_secrets
from infra.local.stacks import command
from infra.observability.runbook_texts import OWN_RUNBOOKS, own_runbooks

EMAIL = "demo@mara.example"
BOT, GROUP = "mara_demo_bot", "Дежурка / On call"
AGENT = "Дежурный / On call"
FOLDER = Path(__file__).parent / "demo"
QUESTION = "Оплата отвечает медленно, что делать?"


@dataclass(frozen=True)
class DemoAccount:
    """The credentials of the demo account and its agent."""

    email: str
    password: str
    agent_id: str


def seed() -> DemoAccount:
    """Create what is missing; idempotent."""
    api, password = Api(tries=TRIES), load_secrets().demo_password
    api.register(EMAIL, password, full_name="Demo", locale="ru")
    api.log_in(EMAIL, password)
    uploaded = [api.upload(path) for path in sorted(FOLDER.glob("*.md"))]
    uploaded.append(_upload_own_runbooks(api))
    agents = api.call("GET", "/agents")["items"]
    mine = [agent for agent in agents if agent["name"] == AGENT]
    agent = mine[0] if mine else api.call("POST", "/agents", json={"name": AGENT})
    for document in uploaded:
        api.wait_until_read(document["id"], waits_for)
    waits_for("the demo's bot")
    demo_bot.connect(api, agent["id"], BOT, GROUP)
    return DemoAccount(EMAIL, password, agent["id"])


def _upload_own_runbooks(api: Api) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / OWN_RUNBOOKS
        path.write_text(own_runbooks(), "utf-8")
        return api.upload(path)


def welcome(account: DemoAccount) -> str:
    """Return the text that `make up` ends with."""
    api = f"{front_url()}/api/v1"
    json = "-H 'content-type: application/json'"
    faucet = command(".venv/bin/mara faucet ADDRESS 25 --wait")
    ask = command(".venv/bin/mara telegram")
    login = f'{{"email":"{account.email}","password":"{account.password}"}}'
    take = "python3 -c 'import json,sys; print(json.load(sys.stdin)[\"access_token\"])'"
    return f"""
MARA is up:  {front_url()}   (/docs  /redoc  /openapi.json)
Log in as:   {account.email}   {account.password}

Try:
  TOKEN=$(curl -s {api}/auth/login {json} -d '{login}' | {take})
  curl -s {api}/documents -H "authorization: Bearer $TOKEN"
  curl -s {api}/agents/{account.agent_id}/ask -H "authorization: Bearer $TOKEN" {json} \\
    -d '{{"question":"{QUESTION}"}}'
  curl -s {api}/wallets/generate -H "authorization: Bearer $TOKEN" {json} -d '{{"network":"aptos"}}'
  {ask} say "{demo_bot.OWNER} with {BOT}" "{QUESTION}"
  {ask} show "{demo_bot.OWNER} with {BOT}"     # or {front_url()}/telegram/
  {faucet}
  curl -s {api}/users/balance -H "authorization: Bearer $TOKEN"
"""
