# `make` alone prints what can be done.  Everything happens inside .venv; nothing is installed outside it.

PYTHON ?= python3
BIN := .venv/bin
DEMO := instance/demo
SHARED := prairie harbour lantern welcome
ADMINISTRATOR := copper meadow compass evening

help:
	@echo "make run       serve the portal on http://127.0.0.1:8000"
	@echo "make demo      the same with the example agency, in a database of its own"
	@echo "make test      lint, then every test: SQLite, PostgreSQL, real mail server, Chromium"
	@echo "make check     put the code in order (ruff format, ruff check --fix), then make test"
	@echo "make coverage  the tests on SQLite, with branch coverage printed"
	@echo "make bench     print the speed figures"
	@echo "make messages  bring the message catalogues up to date with the code"
	@echo "make lock      pin the newest versions that pyproject.toml allows"

run: .venv/run
	$(BIN)/python app.py

demo: export DATABASE_URL = sqlite:///$(DEMO)/portal.db
demo: export INSTANCE = $(CURDIR)/$(DEMO)
demo: .venv/run
	@mkdir -p $(DEMO)
	@test -e $(DEMO)/ready || { $(BIN)/flask init --agency "Example Settlement Services" --province ON --passphrase "$(SHARED)" --admin-passphrase "$(ADMINISTRATOR)" --example && touch $(DEMO)/ready; }
	@echo "Passphrase:               $(SHARED)"
	@echo "Administrator passphrase: $(ADMINISTRATOR)"
	$(BIN)/python app.py

test: .venv/test
	$(BIN)/python tests/everything.py

check: .venv/test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/python tests/everything.py

coverage: .venv/test
	$(BIN)/python -m pytest -n 2 --cov --cov-report=term

bench: .venv/test
	$(BIN)/python bench/concurrent_saves.py

messages: .venv/test
	$(BIN)/pybabel -q extract -F babel.cfg -k N_ -k _l -k say -k say_many:1,2 -k _n:1,2 --sort-output --no-location --no-wrap --project settlement-portal -o translations/messages.pot .
	$(BIN)/pybabel -q update -i translations/messages.pot -d translations --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	$(BIN)/pybabel -q compile -d translations
	$(BIN)/python -m pytest -q -k "catalogue" tests/test_languages.py

lock:
	rm -rf .venv-lock && $(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -c "import tomllib; p = tomllib.load(open('pyproject.toml', 'rb'))['project']; print(*p['dependencies'], *p['optional-dependencies']['postgresql'], sep='\n')" > .venv-lock/run.txt
	.venv-lock/bin/python -c "import tomllib; p = tomllib.load(open('pyproject.toml', 'rb'))['project']; print(*p['optional-dependencies']['dev'], sep='\n')" > .venv-lock/dev.txt
	.venv-lock/bin/pip install -q -r .venv-lock/run.txt
	(echo "# What the portal runs on, exactly. Made by \`make lock\`."; .venv-lock/bin/pip freeze) > requirements.lock
	.venv-lock/bin/pip install -q -r .venv-lock/dev.txt
	(echo "# What the tests need besides, exactly. Made by \`make lock\`."; echo "-r requirements.lock"; .venv-lock/bin/pip freeze | grep -vxFf requirements.lock) > requirements-dev.lock
	rm -rf .venv-lock

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed. Install it, then: make PYTHON=python3.11 run")'
	$(PYTHON) -m venv .venv

.venv/run: .venv/bin/python requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check -r requirements.lock
	@touch $@

.venv/test: .venv/bin/python requirements.lock requirements-dev.lock
	$(BIN)/pip install -q --disable-pip-version-check -r requirements-dev.lock
	@touch $@ .venv/run

.PHONY: help run demo test check coverage bench messages lock
