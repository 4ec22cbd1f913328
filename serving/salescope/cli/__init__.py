"""The command line, ``salescope …``: the same nouns everywhere, ``--json`` on every command, progress on long work."""

__all__: list[str] = []
