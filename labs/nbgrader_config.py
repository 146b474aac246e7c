"""How nbgrader makes and grades the labs in this folder. Run it with ``--course-dir labs``, or from here."""

c = get_config()  # noqa: F821  (nbgrader puts it there)

c.CourseDirectory.course_id = "spins-to-neurons"

# A stub is valid Python, keeps its docstring, and says what it is when it is called.
c.ClearSolutions.code_stub = {"python": '# YOUR CODE HERE\nraise NotImplementedError("your code goes here")'}
c.ClearSolutions.text_stub = "*Your answer here, in 100 to 200 words.*"

# A cell that takes longer is interrupted and gets no points; the cells after it still run.
c.Execute.timeout = 60
c.Execute.interrupt_on_timeout = True

# nbgrader gives no points to a cell that writes to stderr. A warning is not a mistake, so it is taken out first.
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = "."

# Whoever deletes a test cell gets it back.
c.OverwriteCells.add_missing_cells = True
