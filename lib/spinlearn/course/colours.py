"""The two colours of a spin, the same in figures and in live models.

Dark and light, blue and yellow: told apart by every kind of colour vision, in grey and in print.
"""

UP, DOWN = "#f2e6c4", "#22396b"
