"""The database through its driver, for the handful of things that every candidate does within the
same minutes: a session costs twenty times as much (see DECISIONS.md).  All else uses a session.
"""
