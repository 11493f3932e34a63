#!/usr/bin/env python3
"""objects_of_the_build.py BUILD COMPILER ARGUMENTS...: a compiler launcher that takes starling's own objects from the folder where they are built already.

As a subdirectory of somebody else's project all of starling would be compiled once more. Each library has one source, its smallest, that really is: it shows
that the flags and folders of the library are right there too. What BUILD does not have is compiled as well.
"""
import os
import pathlib
import re
import shutil
import sys


def built(build, arguments):
    """The object of BUILD that this compiler run would make again; None where the compiler is to run."""
    output = arguments[arguments.index("-o") + 1] if "-o" in arguments else ""
    place = re.search(r"CMakeFiles/starling_\w+\.dir/src/.+\.o$", output)
    if not place or "-c" not in arguments:
        return None
    source = pathlib.Path(arguments[arguments.index("-c") + 1])
    library = re.match(r".*/src/[^/]+(?=/)", str(source))[0]
    smallest = min(pathlib.Path(library).rglob("*.cpp"), key=lambda file: (file.stat().st_size, file))
    found = build / place[0]
    return found if source != smallest and found.is_file() else None


def main():
    arguments = sys.argv[2:]
    found = built(pathlib.Path(sys.argv[1]), arguments)
    if not found:
        os.execvp(arguments[0], arguments)
    shutil.copyfile(found, arguments[arguments.index("-o") + 1])


if __name__ == "__main__":
    main()
