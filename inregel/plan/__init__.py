"""The plan: what differs, how it is closed, in which order, by whom. Values and pure functions.

What does not belong here: reading, performing, printing. `model` holds the values, `compare` finds differences,
`order` sorts steps and groups them into work orders, `build` puts an office's plan together.
"""
