"""MCP clients that others wrote, each in a process and environment of its own.

A script here takes `{"era": …, "servers": [{"slug", "url", "headers", "calls"}]}` on its standard
input. It lists and calls the tools of each server, and prints
`{slug: {"tools": [name, …], "answers": {name: {…}}}}`: what the client made of each answer.
"""
