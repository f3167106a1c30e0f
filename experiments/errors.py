"""What a user can get wrong, and what stops a sweep. Each message says what was asked, what exists and what to do."""


class UsageError(Exception):
    """A user's mistake: the command prints one line and exits with 2."""


class BadExperiment(UsageError):
    """An experiment that cannot be built: an unknown name, an impossible crossing, a value out of range."""


class BadRun(UsageError):
    """A folder that is not a run, or is the run of another experiment."""
