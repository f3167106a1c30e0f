"""A store of documents. Listing and reading are two acts, so what an agent has seen is a fact."""

from collections.abc import Callable, Mapping

from sim import AgentId, Exposed, Outcome, digest


class Documents:
    """Documents by name; nobody can change them. `missing` words the answer to a name that does not exist."""

    def __init__(self, texts: Mapping[str, str], *, missing: Callable[[str, tuple[str, ...]], str]) -> None:
        self._texts, self._missing = dict(texts), missing

    def list(self) -> Outcome:
        """The names, a line each."""
        return Outcome(True, "\n".join(self._texts))

    def read(self, agent: AgentId, name: str) -> Outcome:
        """One document in full; the agent is then exposed to it."""
        name = name.strip()
        if name not in self._texts:
            return Outcome(False, self._missing(name, tuple(self._texts)))
        return Outcome(True, self._texts[name], (Exposed(agent=agent, part="documents", item=name),))

    @property
    def texts(self) -> Mapping[str, str]:
        """All documents, for the audit."""
        return self._texts

    def fingerprint(self) -> str:
        return digest(self._texts)
