"""One file per command: a function that does it and returns the exit code.

What does not belong here: options and arguments (that is `inregel.cli`), and rules (that is the layer below).
"""
