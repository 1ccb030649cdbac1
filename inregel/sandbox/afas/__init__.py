"""An emulated AFAS Profit: environments with their REST, SOAP and OAuth services, and their screens.

It speaks to any client that keeps to AFAS' documentation, and refuses what AFAS refuses. Nothing here is shared with
the driver: two readings of the same documentation have to agree. What AFAS does not document is decided here and
marked "assumed"; where a single unofficial source says it, it is a switch (`inregel.sandbox.afas.switches`).
What does not belong here: anything that a real office would run.
"""
