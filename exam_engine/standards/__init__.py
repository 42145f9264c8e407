"""Panels of judges who say where a form's passing score lies, and what was adopted of it."""
