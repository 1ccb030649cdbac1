"""AFAS Profit: what an environment needs before another party may read from it.

All of it can be declared; who does it follows from the connection. With credentials of its own the driver imports
definitions and makes users, a person does the rest at the screen; without them a person does everything, in one order.
"""
