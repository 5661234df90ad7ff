"""The framework: what a plugin is, how its callers prove who they are, and what it serves.

It knows no application and no plugin: the setting PLUGINS names the list, as ROOT_URLCONF names
the URLs.
"""
