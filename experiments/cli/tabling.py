"""`allegiance tables`: make a run's Parquet tables anew from its transcripts."""

import typer

from .app import Dir, app


@app.command()
def tables(path: Dir) -> None:
    """Make the tables of a run anew from its transcripts: results, agents, edges, relations, rounds, forks, verdicts, acts,
    messages. `allegiance run` makes them at its end.

    Example: `allegiance tables runs/first`
    """
    from ..store import RunFolder
    from ..tables import write_tables

    with RunFolder.open(path) as folder:
        typer.echo(f"Tables: {write_tables(folder)}")
