"""Health checks: what could keep jobs from running well, and what to do about it.

A check is two functions: one gathers facts (raw values, None for what the system does not tell),
the other judges facts and touches nothing. A judge that lacks the fact it needs says `unknown`,
which is not healthy.
"""
