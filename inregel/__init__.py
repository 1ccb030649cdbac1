"""inregel: bring the back-office settings of many offices into the state that git declares.

What belongs here: the package's version, nothing else. Import what you need from the module that owns it;
authors of modules and drivers need only `inregel.contract`.
"""

__version__ = "0.1.0"
