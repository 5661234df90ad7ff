"""The page on which people read a plugin's API, and try it."""
