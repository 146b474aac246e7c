"""What `make bench` runs: this library and what people otherwise use, side by side, held against exact physics."""
