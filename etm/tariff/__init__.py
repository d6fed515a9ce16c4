"""Tariffs that follow from a contract alone: what electricity costs is known years ahead."""
