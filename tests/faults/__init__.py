"""`make faults`: kill workers, broker and database at random moments while three programs work, then count everything.

    make faults [FAULTS=500] [SEED=7]

Not part of the suite, which has a short one (tests/faults/test_short_storm.py): five hundred faults take some minutes.
"""
