"""A two-command Typer app: what start-up is compared with."""

import typer

app = typer.Typer()


@app.command()
def hello(name: str, formal: bool = False) -> None:
    """Say hello."""
    print(f"Good day, {name}." if formal else f"Hello, {name}!")


@app.command()
def goodbye(name: str) -> None:
    """Say goodbye."""
    print(f"Goodbye, {name}!")


if __name__ == "__main__":
    app()
