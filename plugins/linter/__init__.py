"""Holds a plugin, anybody's, to what clients can read: what is wrong, and how to mend it."""
