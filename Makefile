# `make run` starts the product, `make test` proves it; both set up what they need first.
.DEFAULT_GOAL := help
.PHONY: help run stop test check format parse train bench-booking lock clean torture load evaluate evaluate-peers evaluate-ablation evaluate-arbanking

PYTHON ?= python3
export PYTHON310
APP := .venv/bin/python

help: ## say what can be made
	@echo "make run                 set up and start everything; Ctrl-C stops it"
	@echo "make stop                stop it from another terminal"
	@echo "make test                set up and run every test"
	@echo "make check               formatting, lint, types, import directions"
	@echo "make format              put the code into its form"
	@echo "make parse IN=a OUT=b    understand each message of a JSONL file"
	@echo "make train               train the model if its inputs changed"
	@echo "make evaluate            measure the understanding on the development set, beside other libraries"
	@echo "make evaluate-peers      measure Rasa's default pipeline with DIET on it: a night; EPOCHS=40 EVERY=8 for half an hour"
	@echo "make evaluate-ablation   measure what each part of the understanding is worth: a quarter of an hour"
	@echo "make evaluate-arbanking DATA=folder   measure the classifier on ArBanking77"
	@echo "make torture             break everything that can break, and prove that nothing was lost: half an hour"
	@echo "make load                measure how fast it is, beside plain Rasa: half an hour"
	@echo "make lock                choose the newest versions of all packages anew"
	@echo "make clean               remove the environments and what tests and tools leave; data stay"
	@echo
	@echo "Settings (environment or .env): PORT, DATA_DIR, SANDBOX and more, see docs/."

run:
	@$(PYTHON) -m bot.install run
	@exec $(APP) -m bot run --with-parent

stop:
	@$(PYTHON) -m bot.install run
	@exec $(APP) -m bot stop

test:
	@$(PYTHON) -m bot.install test
	@exec $(APP) -m tests.suites

check:
	@$(PYTHON) -m bot.install check
	@exec $(APP) -m tests.suites check

format:
	@$(PYTHON) -m bot.install check
	@$(APP) -m ruff check --fix --quiet .
	@$(APP) -m ruff format .

parse:
	@test -n "$(IN)" -a -n "$(OUT)" || { echo "Say which files: make parse IN=messages.jsonl OUT=parses.jsonl" >&2; exit 2; }
	@$(PYTHON) -m bot.install run
	@exec $(APP) -m bot parse "$(IN)" "$(OUT)"

train:
	@$(PYTHON) -m bot.install run
	@exec $(APP) -m bot train

evaluate:
	@$(PYTHON) -m bot.install run
	@exec $(APP) -m bot.evaluation understanding

evaluate-peers:
	@$(PYTHON) -m bot.install run
	@exec $(APP) -m bot.evaluation peers --epochs $(or $(EPOCHS),100) --every $(or $(EVERY),1)

evaluate-ablation:
	@$(PYTHON) -m bot.install run
	@exec $(APP) -m bot.evaluation ablation

evaluate-arbanking:
	@test -n "$(DATA)" || { echo "Say where the files are: make evaluate-arbanking DATA=folder" >&2; exit 2; }
	@$(PYTHON) -m bot.install run
	@exec $(APP) -m bot.evaluation arbanking "$(DATA)"

torture:
	@$(PYTHON) -m bot.install check
	@exec $(APP) -m tests.torture --seed $(or $(SEED),1)

load:
	@$(PYTHON) -m bot.install check
	@exec $(APP) -m tests.load --soak $(or $(SOAK),600)

bench-booking:
	@$(PYTHON) -m bot.install run
	@exec $(APP) -m bot.benchmarks.booking $(if $(SMALL),--small)

lock:
	@exec $(PYTHON) -m bot.install.lock

clean:
	rm -rf .venv .venv-rasa .venv-bootstrap build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find actions bot tests -type d -name __pycache__ -prune -exec rm -rf {} +
