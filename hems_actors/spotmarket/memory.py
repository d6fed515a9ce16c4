"""What the prices' actor must not forget when it is started anew: what was known and asked, provider by provider."""

from collections.abc import Mapping

from hems_actors.core.rates import Rates
from hems_actors.spotmarket.provider import Provider
from hems_actors.spotmarket.schedule import History


class Record:
    """One provider: what it said, as far as that may still matter, and what became of the fetches."""

    def __init__(self, known: Rates, history: History) -> None:
        self.known = known
        self.history = history


class Memory:
    """Belongs to one actor after the other; outlives a crash, not the process."""

    def __init__(
        self,
        provider: Provider | None = None,
        *,
        known: Mapping[int, Rates] | None = None,
        told: int | None = None,
        history: History | None = None,
    ) -> None:
        """Begin with the prices *known* of each provider's number, and with a *history* assumed of all of them.

        Whose were *told* already, to the process before this one, is not told again.
        """
        self.provider = provider
        """Whom to ask; None = nobody, prices are not used."""
        self.told = told
        """Whose prices the home has; None = nobody's."""
        self.trouble: str | None = None
        """Why the last fetch brought nothing, in one line; None = it did bring an answer, or there was none."""
        self.fetches = 0
        """The number of the newest fetch, which its answer bears."""
        self._known = dict(known or {})
        self._history = history or History()
        self._records: dict[int, Record] = {}

    def of(self, number: int) -> Record:
        """Return the record of the provider *number*."""
        if number not in self._records:
            self._records[number] = Record(self._known.get(number, ()), self._history)
        return self._records[number]
