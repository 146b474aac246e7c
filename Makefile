# Thin on purpose: each target is a command of tools/course.py, which needs Python 3.11 or newer and nothing else.
# On Windows, or without make: py tools/course.py COMMAND.

PYTHON ?= python3
PAGES ?=

.PHONY: help setup book preview test test-fast execute new lab assignments bench web lock clean
help:
	@$(PYTHON) tools/course.py --help
setup book test test-fast lab assignments bench web lock clean:
	@$(PYTHON) tools/course.py $@
execute:
	@$(PYTHON) tools/course.py execute $(if $(FORCE),--force) $(PAGES)
preview:
	@$(PYTHON) tools/course.py preview $(if $(page),page=$(page))
new:
	@$(PYTHON) tools/course.py new $(foreach kind,page model module title,$(if $($(kind)),$(kind)="$($(kind))"))
