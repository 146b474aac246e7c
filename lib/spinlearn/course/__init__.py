"""The teaching layer, which nothing below imports.

`check` answers, `ledger` judges, `explore` moves, on kernels that `web` compiles; `plotting` and `show` show.
"""
