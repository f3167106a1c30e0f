"""Progress of a sweep on a terminal: trials, calls, tokens, money, time left. Plain lines where there is no terminal."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from .journal import Spent, State


class Bar:
    """A watcher that draws a bar, below `heading` once it has begun. Reasons of failures are shown once each; `what` is
    counted."""

    def __init__(self, console: Console, name: str, heading: str = "", *, what: str = "trials") -> None:
        self._progress = Progress(
            TextColumn("[bold]{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[spent]}"),
            TimeElapsedColumn(),
            TextColumn("elapsed, left"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._console, self._name, self._what = console, name, what
        self._heading = heading
        self._task = self._progress.add_task(name, total=None, spent="")
        self._reasons: set[str] = set()
        self.failed = 0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._progress.stop()

    def began(self, done: int, total: int) -> None:
        """Show what was done before."""
        if self._heading:
            self._console.print(self._heading, highlight=False, markup=False)
        self._progress.update(self._task, total=total, completed=done)
        if done and done < total:
            self._console.print(f"Going on: {done} of {total} {self._what} were done before.", highlight=False)

    def ended(self, trial: str, state: State, reason: str) -> None:
        """Advance; say why a trial failed, once per reason."""
        self._progress.advance(self._task)
        if state is State.FAILED:
            self.failed += 1
            if reason not in self._reasons and len(self._reasons) < 5:
                self._reasons.add(reason)
                self._console.print(f"{trial} failed: {reason}", style="yellow", markup=False, highlight=False)

    def spent(self, spent: Spent) -> None:
        """Show calls, tokens and money of this session."""
        tokens = spent.prompt_tokens + spent.completion_tokens
        unpriced = f" + {spent.unpriced_calls:,} unpriced" if spent.unpriced_calls else ""
        text = f"{spent.calls:,} calls · {tokens:,} tokens · ${spent.cost_usd:.2f}{unpriced}"
        self._progress.update(self._task, spent=text)
