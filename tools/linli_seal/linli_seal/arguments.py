"""The command line's own words, which argparse has in English alone: usage, headings, and what was typed wrongly."""

import argparse
import re
from typing import NoReturn

from .words import say

TYPED_WRONGLY = (
    (re.compile(r"the following arguments are required: (?P<names>.+)"), "typed_missing"),
    (re.compile(r"unrecognized arguments: (?P<names>.+)"), "typed_strange"),
    (re.compile(r"argument (?P<names>\S+): expected .+ argument"), "typed_empty"),
    (re.compile(r"argument (?P<names>\S+): invalid choice: (?P<given>'[^']*')"), "typed_choice"),
)


class Parser(argparse.ArgumentParser):
    """In the language that was chosen before."""

    def __init__(self, *more, **named):
        wants_help = named.pop("add_help", True)
        super().__init__(*more, **named, add_help=False)
        self._positionals.title, self._optionals.title = say("usage_what"), say("usage_options")
        if wants_help:
            self.add_argument("-h", "--help", action="help", help=say("about_help"))

    def format_usage(self) -> str:
        return super().format_usage().replace("usage: ", say("usage"), 1)

    def format_help(self) -> str:
        return super().format_help().replace("usage: ", say("usage"), 1)

    def error(self, message: str) -> NoReturn:
        told = say("typed_otherwise")
        for pattern, key in TYPED_WRONGLY:
            if found := pattern.fullmatch(message) or pattern.match(message):
                told = say(key, **found.groupdict())
                break
        self.exit(2, f"{self.format_usage()}{told} {say('typed_next', program=self.prog)}\n")
