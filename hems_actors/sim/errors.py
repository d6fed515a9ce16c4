"""What a user can get wrong with a scenario: always one line that says what, where and what was expected."""


class ScenarioError(Exception):
    """A scenario, or a file it names, cannot be played."""
