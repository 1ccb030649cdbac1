"""Pure readers and writers of other people's formats. What does not belong here: files, clocks and networks."""
