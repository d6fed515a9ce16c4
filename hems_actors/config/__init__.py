"""Configuration files: TOML, validated whole, each mistake named by file, line and key."""
