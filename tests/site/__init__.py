"""The tests' own site: the plugins of this one, and the todo plugins, which test the framework.

So the framework keeps its tests on a site that no longer offers todos.
"""
