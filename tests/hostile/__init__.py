"""Thousands of requests that nobody would send by mistake, to every route of a running site.

Each is made of a seed and its number alone, so one that the site failed at can be sent again.
"""
