"""A simulated home in place of real devices: plant (physics), scenario, runner, account, report."""
