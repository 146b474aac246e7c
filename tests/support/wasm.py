"""A WebAssembly module of the library, called from Python with arrays."""

import math

import numpy as np
import wasmtime


class Wasm:
    """One instance of a module: arrays go in and come out of its memory, as the page does it.

    What the module imports, `exp` and the like, is `functions[name]`, or else that of `math`.
    """

    def __init__(self, content: bytes, **functions):
        self.store = wasmtime.Store()
        module = wasmtime.Module(self.store.engine, content)
        number = wasmtime.ValType.f64()
        imports = [
            wasmtime.Func(
                self.store,
                wasmtime.FuncType([number] * len(each.type.params), [number]),
                functions.get(each.name, getattr(math, each.name, None)),
            )
            for each in module.imports
        ]
        instance = wasmtime.Instance(self.store, module, imports)
        self.exports = instance.exports(self.store)
        self.memory = self.exports["memory"]
        self.free = self.exports["__heap_base"].value(self.store)

    def call(self, name, *arguments):
        """Call with numbers and arrays; an array is copied in, and what the function left there is copied back."""
        places = []
        for argument in arguments:
            if isinstance(argument, np.ndarray):
                start = -(-self.free // 16) * 16
                missing = start + argument.nbytes - self.memory.data_len(self.store)
                if missing > 0:
                    self.memory.grow(self.store, -(-missing // 2**16))
                self.memory.write(self.store, argument.tobytes(), start)
                self.free = start + argument.nbytes
                places.append((start, argument))
        addresses = iter(place for place, _ in places)
        result = self.exports[name](
            self.store, *[next(addresses) if isinstance(value, np.ndarray) else value for value in arguments]
        )
        for start, array in places:
            content = np.frombuffer(self.memory.read(self.store, start, start + array.nbytes), dtype=array.dtype)
            if array.flags.writeable:
                array[...] = content.reshape(array.shape)
            else:  # a lattice's table is nobody's to change
                assert content.tobytes() == array.tobytes()
        if places:
            self.free = places[0][0]
        return result
