"""What can go wrong between an agent and its model. The agent's own mistakes are not here: those are data."""


class AgentError(Exception):
    """Base of every error this package raises on purpose. One line, without keys and without prompts."""


class ModelRequestError(AgentError):
    """The request itself was refused, and would be refused again: a wrong key, model name or parameter."""


class ContextOverflow(AgentError):
    """The prompt is longer than the model's context. What to leave out, the agent's memory decides."""


class ModelUnavailable(AgentError):
    """The endpoint did not give an answer within the bounds on retries. Infrastructure, never conduct."""


class CapReached(AgentError):
    """The next call could pass a cap on money, tokens or calls, so it was not made."""


class CassetteError(AgentError):
    """The file is not a cassette, or not one this version reads."""


class CassetteMiss(CassetteError):
    """A replay asked for a call that was never recorded."""
