"""Emulated systems, the clerk who does work orders in them, and the example project.

Everything here reaches the product through `inregel.work` and the formats only; no module is imported. What does not
belong here: anything that a real office would run.
"""
