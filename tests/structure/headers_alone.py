"""Every public header compiles alone, without warnings, with the compiler of the build and none of the machine's SIMD."""
import concurrent.futures
import os
import subprocess

from source_tree import public_headers

COMPILER = os.environ.get("CXX", "c++")
FLAGS = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-x", "c++"]
# Headers of one instruction set, which others include only where it is there.
NEEDS = {
    "registers_avx2.hpp": ["-mavx2", "-mfma"],
    "registers_avx512.hpp": ["-mavx512f", "-mavx512dq", "-mavx512vl", "-mavx512bw", "-mfma"],
}


def compile_alone(root, header):
    """None, or the first lines of what the compiler said. The header is included by name, so #pragma once warns of nothing."""
    name = header.relative_to(root / "include")
    flags = FLAGS + NEEDS.get(header.name, []) + (["-Wno-psabi"] if "clang" not in COMPILER else [])
    done = subprocess.run([COMPILER, *flags, "-I", root / "include", "-"], input=f"#include <{name}>\n", text=True, capture_output=True)
    if done.returncode == 0:
        return None
    said = [line for line in done.stderr.splitlines() if "error" in line or "warning" in line] or done.stderr.splitlines()
    return f"{header.relative_to(root)}: does not compile alone:\n    " + "\n    ".join(said[:3])


def problems(root):
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        answers = pool.map(lambda header: compile_alone(root, header), public_headers(root))
        return [answer for answer in answers if answer]


BAD_TREES = [
    ({"include/starling/values/a.hpp": "#pragma once\ninline std::size_t n = 1;\n"}, r"a\.hpp: does not compile alone"),
    ({"include/starling/values/a.hpp": "#pragma once\ninline int f(int unused) { return 1; }\n"}, r"unused parameter"),
]
GOOD_TREE = {"include/starling/values/a.hpp": "#pragma once\n#include <cstddef>\ninline std::size_t n = 1;\n"}
