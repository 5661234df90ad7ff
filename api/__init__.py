"""What every API here is made of: JSON in and out, errors, fields, the counter, compiled SQL.

It knows nobody: no plugin, no application, no account.
"""
