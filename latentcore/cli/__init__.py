"""The command line ``latentcore``: parses arguments, calls the library, prints."""

from latentcore.cli.commands import app, main

__all__ = ["app", "main"]
