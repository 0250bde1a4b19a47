"""Run the command line with ``python -m circle``."""

from circle.cli import main

main()
