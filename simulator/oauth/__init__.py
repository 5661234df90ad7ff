"""The client's side of OAuth 2.0: RFC 6749, with what servers of today add to it."""
