"""Plays ChatGPT for any plugin: installs it, calls it, and shows every request and answer."""
