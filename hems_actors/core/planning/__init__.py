"""Plans: when a charger charges so that its need is met in time and costs least (charging.md section 8)."""
