"""Makes a virtual environment with ArviZ from PyPI, once, and prints the path of its python.

    python3 arviz_environment.py FOLDER

Exits with 1 and a sentence where that is not possible.
"""
import pathlib
import subprocess
import sys

REQUIREMENTS = ["arviz==0.23.4"]


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    python = folder / "bin" / "python"
    done = folder / "installed.txt"
    wanted = "\n".join(REQUIREMENTS)
    if not (done.is_file() and done.read_text() == wanted):
        for command in ([sys.executable, "-m", "venv", "--clear", str(folder)],
                        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--timeout", "20", "--retries", "2", *REQUIREMENTS]):
            try:
                run = subprocess.run(command, capture_output=True, text=True)
                problem = (run.stderr or run.stdout).strip().splitlines()[-1:] if run.returncode else None
            except OSError as error:
                problem = [str(error)]
            if problem is not None:
                print(f"ArviZ cannot be had for this test: `{' '.join(command)}` says: {' '.join(problem)}. It needs python3-venv and PyPI.")
                return 1
        done.write_text(wanted)
    print(python)
    return 0


sys.exit(main())
