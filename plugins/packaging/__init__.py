"""A plugin as the packages that today's clients install, made from its declaration alone."""
