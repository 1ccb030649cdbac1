"""One file or package per system that a machine can reach, and `memory`, which is complete and needs nothing outside.

What does not belong here: what a setting means (that is a module), and comparing. Foreign exceptions end here.
"""
