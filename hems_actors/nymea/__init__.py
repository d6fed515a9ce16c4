"""The link to `nymead`: its dialect of JSON-RPC, the lines it comes over, and what its things mean here."""
