"""The programs, by name. Adding one is a folder and a line here."""

from aftersales.programs.contract import Program
from aftersales.programs.price_protection import operations, rules
from marketplace.kernel.errors import NotFound

PROGRAMS: dict[str, Program] = {
    rules.PROGRAM: Program(rules.PROGRAM, rules.PRESETS, rules.validated, rules.may_pay, operations.run),
}


def program_named(name: str) -> Program:
    """The program of this name. Raises NotFound."""
    if name not in PROGRAMS:
        raise NotFound(f"There is no program {name!r}; known are {', '.join(PROGRAMS)}.")
    return PROGRAMS[name]
