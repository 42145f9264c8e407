"""A whole exam day with scripted candidates, over real HTTP, before the real one."""
