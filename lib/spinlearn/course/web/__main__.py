"""Make the WebAssembly modules anew from the kernels: ``python -m spinlearn.course.web``."""

import sys

from spinlearn.course.web import making, read

try:
    record = making.make()
except RuntimeError as error:
    sys.exit(f"spinlearn.course.web: {error}")
for name, facts in record["modules"].items():
    print(f"{name}.wasm  {len(read(name))} bytes  {', '.join(facts['exports'])}")
