"""What a user can get wrong with a scenario: always one line that says what, where and what was expected."""

from hems_actors.config.errors import ConfigError


class ScenarioError(ConfigError):
    """A scenario, or a file it names, cannot be played."""
