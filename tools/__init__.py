"""The commands behind `make`: each file is one, run as `python -m tools.NAME` from the project's root."""
