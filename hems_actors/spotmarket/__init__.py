"""What electricity costs when: price providers, how their answers are read, and when to ask again."""
