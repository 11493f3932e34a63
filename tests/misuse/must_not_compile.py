#!/usr/bin/env python3
"""must_not_compile.py --compiler=CXX --include=FOLDER... FILE | --self-test

FILE starts with a line `// expect: <regular expression>`. It must not compile, and an error of the compiler must match.
A second line `// at most: N errors` also bounds how many errors the user sees (default 3), and a third, `// at most: N lines`, how many lines there are.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile


def problem(compiler, includes, file):
    """None where the file is refused in the right words; else a sentence."""
    text = file.read_text(encoding="utf-8")
    first = re.match(r"// expect: (.+)\n(?:// at most: (\d+) errors\n)?(?:// at most: (\d+) lines\n)?", text)
    if not first:
        return f"{file.name}: the first line must be '// expect: <regular expression>'"
    done = subprocess.run([compiler, "-std=c++20", "-fsyntax-only", *(word for folder in includes for word in ("-I", folder)), file], text=True, capture_output=True)
    if done.returncode == 0:
        return f"{file.name}: compiles, though it is misuse"
    errors = [line for line in done.stderr.splitlines() if re.search(r"\berror:", line)]
    if not any(re.search(first[1], line) for line in errors):
        return f"{file.name}: expected an error that matches /{first[1]}/, the compiler said:\n" + "\n".join(errors[:5])
    most = int(first[2] or 3)
    if len(errors) > most:
        return f"{file.name}: {len(errors)} errors, at most {most} wanted:\n" + "\n".join(errors[:10])
    lines = done.stderr.splitlines()
    if first[3] and len(lines) > int(first[3]):
        return f"{file.name}: {len(lines)} lines, at most {first[3]} wanted:\n" + done.stderr
    return None


SELF_TESTS = [
    ('// expect: a number is wanted\nstatic_assert(false, "a number is wanted");\n', None),
    ("// expect: anything\nint main() {}\n", "compiles, though"),
    ('// expect: a number is wanted\nstatic_assert(false, "something else");\n', "expected an error that matches"),
    ("int main() { return x; }\n", "first line must be"),
    ("// expect: x\nint a = x;\nint b = x;\nint c = x;\nint d = x;\n", "4 errors, at most 3"),
    ("// expect: x\n// at most: 1 errors\nint a = x;\nint b = x;\n", "2 errors, at most 1"),
    ("// expect: x\n// at most: 2 lines\nint a = x;\n", "at most 2 wanted"),
    ("// expect: x\n// at most: 1 errors\n// at most: 9 lines\nint a = x;\n", None),
]


def self_test(compiler, includes):
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for number, (text, expected) in enumerate(SELF_TESTS):
            file = pathlib.Path(folder) / f"case_{number}.cpp"
            file.write_text(text)
            said = problem(compiler, includes, file)
            if (said is None) != (expected is None) or (expected and expected not in said):
                print(f"case {number}: expected {expected!r}, got {said!r}")
                wrong += 1
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", default="c++")
    parser.add_argument("--include", required=True, action="append", help="may be given several times")
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("file", nargs="?", type=pathlib.Path)
    options = parser.parse_args()
    if options.self_test:
        return 1 if self_test(options.compiler, options.include) else 0
    said = problem(options.compiler, options.include, options.file)
    if said:
        print(said)
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
