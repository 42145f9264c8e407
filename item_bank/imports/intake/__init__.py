"""From rows that wait to items: the one transaction of an accepted import."""
