"""Telling the outside: the feed, carried to whoever registered a webhook for it."""
