"""What is left of the site when processes are killed, and database and disk fail: `make chaos`.

People write to it meanwhile, by HTTP and MCP, and look at its pages. What was acknowledged has to
be there, once; who is refused has to be told in words; and all works again by itself.
"""
