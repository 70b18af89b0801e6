"""The statistics of measurement: pure functions, no database, no clock. Counts in, intervals out.

Every formula takes numbers or numpy arrays of numbers alike, so that the simulator (`manage.py simulate`) tries the very code
that reports use on thousands of experiments at once.
"""
