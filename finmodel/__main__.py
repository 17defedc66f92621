"""`python -m finmodel` is the command `finmodel`."""

from finmodel.cli import main

main()
