"""What holds for the validation of the notebooks."""


def execute_cell_input(self, cell_input, allow_stdin=None):
    """Run a cell as JupyterLab does, in the kernel's history.

    nbval asks for no history, and without one IPython does not see the semicolon that keeps a last value quiet. And
    nobody can be asked for input here: so the library knows that nobody watches, and shows no progress bars.
    """
    return self.kc.execute(cell_input, store_history=True, allow_stdin=False, stop_on_error=False)


def pytest_configure(config):
    if config.pluginmanager.hasplugin("nbval"):  # the quick tests go without, for it takes seconds to import
        from nbval.kernel import RunningKernel

        RunningKernel.execute_cell_input = execute_cell_input
