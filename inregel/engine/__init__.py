"""The only loop: read, plan, perform, verify.

`planning` makes a plan, `applying` carries one out office by office, `performing` journals each operation. What does
not belong here: deciding (that is `inregel.plan` and `inregel.rollout`, pure) and printing (observers are told).
"""
