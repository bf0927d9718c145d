"""How right the results are, measured on labelled files. `make report` prints it.

One module a section; a module's `figures` measures, and a test holds what it measures.
"""
