"""Work orders: handed out, shown, answered, refused. The one door for the command line, the board and the clerk.

`Desk` hands out and takes back what a plan asks of people; `Work` is what people do with it. What does not belong
here: which lines an order has (`inregel.plan`), and how it looks on a page (`inregel.commands`, `inregel.report`).
"""

from inregel.work.answers import AnswersRefused, WorkError, read_pairs, template
from inregel.work.desk import Desk
from inregel.work.judge import describe
from inregel.work.life import Work, closed, readable

__all__ = ["AnswersRefused", "Desk", "Work", "WorkError", "closed", "describe", "read_pairs", "readable", "template"]
