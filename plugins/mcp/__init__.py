"""Every plugin as an MCP server (Model Context Protocol), from the same declaration.

Nothing is described a second time: the tools are the operations of the plugin's OpenAPI document,
and a call of a tool runs the view that answers the operation over HTTP.
"""
