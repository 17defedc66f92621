"""The entry of the command, `finmodel` or `python -m finmodel`: signals are caught before anything else is loaded.

Ctrl-C ends it with 130, SIGTERM with 143, each with one message and no traceback, at any moment. While a verb works,
a signal unwinds it, so that bars are cleared, workers ended and unfinished files removed; before and after, and when
another signal comes meanwhile, the process ends at once: no output is ever half written, workers end by themselves.
"""

from __future__ import annotations

import gc
import os
import signal
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # without the module typing, which takes longer to load than all of this
    from types import FrameType
    from typing import Never

OBJECTS = 200_000  # made before lost ones are looked for; Python's 700 cost 8 % of a run that loses none
WORDS = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}


class Stop(SystemExit):
    """A signal unwinds the verb that works."""


class Signals:
    """What a signal does: it unwinds what works, or ends the process where nothing is to be unwound."""

    def __init__(self) -> None:
        self.working = self.told = False
        self.got = signal.SIGINT

    def catch(self) -> None:
        """Catch both; a shell that starts the command in the background keeps Ctrl-C to itself."""
        signal.signal(signal.SIGTERM, self._come)
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, self._come)
        sys.unraisablehook = self._unraisable

    def tell(self) -> int:
        """Say once what ended the command; returns its exit code."""
        if not self.told:
            self.told = True
            try:
                os.write(2, f"{WORDS[self.got]}: no file is half written\n".encode())
            except OSError:
                self.told = True  # stderr is closed: there is nobody to tell
        return 128 + self.got

    def leave(self) -> Never:
        """Say it and end at once."""
        os._exit(self.tell())

    def _come(self, number: int, _frame: FrameType | None) -> None:
        self.got = self.got if self.told else signal.Signals(number)
        if not self.working:
            self.leave()
        self.working = False
        raise Stop

    def _unraisable(self, told: sys.UnraisableHookArgs) -> None:
        """Python drops an exception in a finalizer, and with it the wish to stop."""
        if isinstance(told.exc_value, Stop):
            self.leave()
        sys.__unraisablehook__(told)


def main() -> Never:
    """Run the command line of this process."""
    signals = Signals()
    signals.catch()
    gc.set_threshold(OBJECTS)
    from finmodel.cli.command import command, prepare

    prepare()
    try:
        signals.working = True
        code = command(sys.argv[1:])
        signals.working = False
    except Stop:
        code = signals.tell()
    sys.exit(code)


if __name__ == "__main__":
    main()
