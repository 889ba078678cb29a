# The two commands to know: `make up` and `make test`. `make help` lists all.
# Every target first brings .venv up to what uv.lock names (`environment`).

PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/pytest -q -n 2 --dist loadgroup

.PHONY: help up down status logs demo redeploy test proof all everything lint lint-fast suite unit e2e bench client sbom environment format

help:  ## list the targets
	@grep -hE '^[a-z0-9 -]+:.*  ## ' $(MAKEFILE_LIST) | sed -E 's/:.*  ## /\t/' | sort | \
		awk -F '\t' '{ printf "  make %-12s %s\n", $$1, $$2 }'

up: environment  ## start the whole stack on this machine, deploy it, seed the demo account
	@$(BIN)/mara up

down: environment  ## stop the stack; the data is kept
status: environment  ## show whether the stack runs, and on which ports
logs: environment  ## print the latest log lines of all functions and follow them
demo: environment  ## play the story over HTTP and print it
redeploy: environment  ## deploy what changed in the source
down status logs demo redeploy:
	@$(BIN)/mara $@

environment:  ## create or update .venv from uv.lock
	@$(PYTHON) infra/local/bootstrap.py

test: lint suite  ## everything that a change must pass: lint, types, contracts, tests, end to end

suite: environment  ## `unit` and `e2e` beside each other: the end-to-end tests take one worker only
	$(PYTEST) -m "not proof" tests

proof: environment  ## the full-size tests: crash runs, corpora, quality sets, CPU budgets, sam local
	$(PYTEST) -m proof tests

all: lint everything  ## `test` and `proof`, in less time than one after the other

everything: environment  ## all tests in one run: the end-to-end ones are beside the others from its begin to its end
	$(PYTEST) tests

lint-fast: environment  ## the checks that take seconds: formatter, ruff, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

lint: lint-fast  ## lint-fast, types, templates, lock, known vulnerabilities, OpenAPI
	$(BIN)/mypy
	$(BIN)/cfn-lint template.yaml infra/*.yaml
	$(BIN)/python -m infra.local.audit
	$(BIN)/python -m infra.local.openapi.lint

unit: environment  ## all tests but the full-size and the end-to-end ones
	$(PYTEST) -m "not proof" tests --ignore=tests/e2e

e2e: environment  ## tests of a deployed local stack
	$(BIN)/pytest -q -m "not proof" tests/e2e

bench:  ## install what the benchmarks compare with, and print the benchmarks
	@$(PYTHON) infra/local/bootstrap.py --group bench
	$(BIN)/python -m infra.bench

client: environment  ## generate and build dist/mara_client, the typed Python client of the API
	@$(BIN)/python -m infra.local.openapi.python_client

sbom: environment  ## write sbom.json: a CycloneDX list of what is deployed and run
	@$(BIN)/python -m infra.local.audit sbom

format: environment  ## format the code and fix what ruff can fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
