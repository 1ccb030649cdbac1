"""Reading what people declare: project, inventory, playbooks, with a place for every mistake.

What does not belong here: comparing with what is there, and anything that speaks to another system.
"""
