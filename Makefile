# Each target works alone on a bare machine: it fetches what it needs first.
# `python3 -m tools` lists the finer commands.
PYTHON ?= python3

.PHONY: help demo test bench env lint i18n stop clean

help:
	@echo "make demo    the whole demo: Odoo 19, two simulated malls, orders coming in"
	@echo "make test    lint, wire tests, install test, Odoo tests, browser tours"
	@echo "make bench   the benchmarks; results in bench/results.md"
	@echo "make env     fetch and prepare everything, start nothing else"
	@echo "make i18n    export terms, merge them into every addon's i18n/ja.po"
	@echo "make stop    stop the PostgreSQL of this checkout"
	@echo "make clean   stop it and delete this checkout's databases and logs (.run)"

demo test bench env lint i18n stop:
	@$(PYTHON) -m tools $@

clean:
	@$(PYTHON) -m tools clean
