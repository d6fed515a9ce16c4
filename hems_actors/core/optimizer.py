"""What the optimizer said (charging.md section 12): a part of the state that is empty where there is none."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Answer:
    """The newest `OptimizerAnswered` for one charger."""

    seq: int = 0
    target_ma: int = 0
    """Per phase; 0 = off."""
    phases: int = 0
    """1 or 3; 0 = as they are."""
    until_ms: int = 0
    """From this instant on it says nothing any more."""


@dataclass(slots=True)
class Optimizer:
    """Whether the optimizer can be asked, and its answers by charger; they count only while it can."""

    available: bool = False
    trouble: int = 0
    seq: int = 0
    """The newest `OptimizerChanged`; 0 = there never was one."""
    answers: dict[int, Answer] = field(default_factory=dict)
