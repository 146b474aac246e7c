"""Make the WebAssembly modules anew from the kernels: ``python -m spinlearn.web``."""

import sys

from spinlearn.course import web

try:
    record = web.make()
except RuntimeError as error:
    sys.exit(f"spinlearn.web: {error}")
for name, facts in record["modules"].items():
    print(f"{name}.wasm  {len(web.read(name))} bytes  {', '.join(facts['exports'])}")
