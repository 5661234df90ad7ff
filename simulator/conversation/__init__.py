"""A conversation in which a model uses installed plugins, as ChatGPT had it."""
