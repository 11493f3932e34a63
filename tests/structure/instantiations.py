"""How often a body is compiled: the different instantiations of it among the symbols of an object file, at most so many."""
import subprocess
import sys


def main(nm, body, most, *objects):
    text = subprocess.run([nm, "-C", *objects], check=True, capture_output=True, text=True).stdout
    found = sorted({line.split(" ", 2)[2] for line in text.splitlines() if f" {body}::operator()" in line and " U " not in line})
    if not found:
        sys.exit(f"no instantiation of {body} was found")
    if len(found) > int(most):
        sys.exit(f"{body} is compiled {len(found)} times, at most {most}:\n" + "\n".join(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
