"""Django's backend for PostgreSQL, which need not ask whether a kept connection still works."""
