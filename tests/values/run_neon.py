#!/usr/bin/env python3
"""Compiles neon_check.cpp for AArch64 and runs it under qemu-user; returns 77 (skipped) where either is missing."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent
root = here.parent.parent
compiler, emulator = shutil.which("aarch64-linux-gnu-g++"), shutil.which("qemu-aarch64") or shutil.which("qemu-aarch64-static")
if not compiler:
    print("skipped: no aarch64-linux-gnu-g++ (Debian: g++-aarch64-linux-gnu)")
    sys.exit(77)
with tempfile.TemporaryDirectory() as folder:
    program = pathlib.Path(folder) / "neon_check"
    subprocess.run([compiler, "-std=c++20", "-O2", "-static", "-Wall", "-Wextra", "-Wpedantic", "-Werror", f"-I{root}/include", f"-I{root}/tests",
                    f'-DSTARLING_SOURCE_DIR="{root}"', str(here / "neon_check.cpp"), "-o", str(program)], check=True)
    if not emulator:
        print("compiles for NEON; skipped running it: no qemu-aarch64 (Debian: qemu-user)")
        sys.exit(77)
    sys.exit(subprocess.run([emulator, str(program)]).returncode)
