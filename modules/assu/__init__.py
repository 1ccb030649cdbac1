"""Assu, the package of A.i. Automatisering: its company certificate, postbussen and Aplaza user.

Assu has no programming interface for these settings: every step is a line of the work order `assu/wizard`, which a
person does at the screen, and what is there is known from what that person answers. Only the certificates of the client
machines are read, from a report. Source of the screens and their order: the manual "Zelf inregelen
Bedrijfscertificaat" of A.i. Automatisering, and its newer page for 1.2628.3.16.
"""
