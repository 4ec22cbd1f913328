"""Lets ``python -m salescope.cli`` be the program ``salescope``."""

from salescope.cli.main import main

main()
