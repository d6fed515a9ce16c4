"""What if: the recorded home in closed loop with a model of its devices, under other settings."""
