"""The console: pages that take a plugin through a client's steps, with every request in view."""
