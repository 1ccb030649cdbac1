"""a.s.r., an insurer. It has no programming interface for these settings: a person hands in what it asks for.

What its pages look like is not published, so the texts say what is to be reached and leave the way open.
"""
