"""The responses of an event as figures that call for a look; never a verdict.

`event` brings responses, parameters and abilities together; `pairs`, `times` and `persons` test
them; `suspicion` sums up what a committee is told.
"""
