"""Loads: files on their way to be documents, worked off behind the requests that brought them.

A load is a row of the database, with the bytes that came. Whoever runs tasks takes turns at loads:
a turn goes on with one, step by step, each of which is written down when it is done. Who dies in
between has lost a step; somebody else takes the load up when its lease has run out.
"""
