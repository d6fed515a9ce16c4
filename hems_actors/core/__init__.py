"""The pure decision core: no clock, I/O, threads, chance or float (design principle 1)."""
