# The two commands to know: `make up` and `make test`. Everything works on what `environment` makes.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: up down status logs demo redeploy test lint unit e2e bench environment format

up: environment
	@$(BIN)/mara up

down status logs demo redeploy: environment
	@$(BIN)/mara $@

environment:
	@$(PYTHON) infra/local/bootstrap.py

test: lint unit e2e

lint: environment
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cfn-lint template.yaml

unit: environment
	$(BIN)/pytest -q -n 2 --dist loadgroup tests --ignore=tests/e2e

e2e: environment
	$(BIN)/pytest -q tests/e2e

bench: environment
	$(BIN)/python -m infra.bench

format: environment
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
