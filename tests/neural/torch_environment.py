"""Makes a virtual environment with torch from PyPI, once, and prints the path of its python: python3 torch_environment.py FOLDER

PyPI's wheel for x86-64 brings CUDA's libraries (some gigabytes); only its CPU code is used.
"""
import pathlib
import subprocess
import sys

REQUIREMENTS = ["torch==2.15.0", "numpy==2.4.6"]


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    python, done, wanted = folder / "bin" / "python", folder / "installed.txt", "\n".join(REQUIREMENTS)
    if not (done.is_file() and done.read_text() == wanted):
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *REQUIREMENTS], check=True)
        done.write_text(wanted)
    print(python)


main()
