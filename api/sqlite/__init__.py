"""Django's backend for SQLite, which opens a file anew after an error."""
