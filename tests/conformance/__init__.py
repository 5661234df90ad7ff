"""The official conformance suite of MCP, run against the site (`make test-conformance`).

Its generic scenarios meet plugins as they are. The rest ask for tools, prompts and resources of
their own: `server.py` has them, and the view of the plugins serves them.
"""
