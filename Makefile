# Thin on purpose: each target is a command of tools/course.py, which needs Python 3.11 or newer and nothing else.
# On Windows, or without make: py tools/course.py COMMAND.

PYTHON ?= python3
PAGES ?=

.PHONY: help setup book test test-fast execute lab assignments bench web lock clean
help:
	@$(PYTHON) tools/course.py --help
setup book test test-fast lab assignments bench web lock clean:
	@$(PYTHON) tools/course.py $@
execute:
	@$(PYTHON) tools/course.py execute $(if $(FORCE),--force) $(PAGES)
