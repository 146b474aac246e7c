"""What the site shows of a figure: drawings in the page's type and theme, and the numbers behind them.

`drawing` draws with text as text, `layout` lays a figure out for a phone, `numbers` reads the curves back from the
axes, `words` says a label in plain signs, and `bundle` puts it all together, as small as a notebook should hold.
"""
