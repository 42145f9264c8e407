"""Importing is a conversation: a file is read, a report says what would come of it, somebody
chooses, and only then the bank changes.

``detection`` tells a file's format and reads it. ``planning`` compares what was read with what the
bank holds; ``comparing`` is what makes two items the same or alike. ``reports`` arranges findings,
``choices`` has what the person may choose, ``states`` the import's life. All of these are pure;
``service`` and ``queries`` keep the conversation in the database.
"""
