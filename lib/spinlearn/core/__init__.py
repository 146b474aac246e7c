"""What everything stands on: `jit` compiles kernels, `words` draws for them, `arguments` checks what comes."""
