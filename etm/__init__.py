"""ETM's own extensions: PowerSyncClient, the bridge to the optimizer, and StaticHcHpProvider, the HP/HC tariff.

Nothing but the daemon's wiring imports this package: without it the home charges by its own rules.
"""
