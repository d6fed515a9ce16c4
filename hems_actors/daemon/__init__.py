"""The daemon: a home beside `nymead`, wired together."""
