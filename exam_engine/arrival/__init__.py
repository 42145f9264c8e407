"""From the door to the first question, for everybody comes within the same minute."""
