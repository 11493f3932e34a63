"""Every public header compiles alone, and all of them together, without warnings, with the compiler of the build and none of the machine's SIMD."""
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


def compile_headers(root, headers, what):
    """None, or the first lines of what the compiler said. Headers are included by name, so #pragma once warns of nothing."""
    needs = NEEDS.get(headers[0].name, []) if len(headers) == 1 else []
    flags = FLAGS + needs + (["-Wno-psabi"] if "clang" not in COMPILER else [])
    text = "".join(f"#include <{header.relative_to(root / 'include')}>\n" for header in headers)
    done = subprocess.run([COMPILER, *flags, "-I", root / "include", "-"], input=text, text=True, capture_output=True)
    if done.returncode == 0:
        return None
    said = [line for line in done.stderr.splitlines() if "error" in line or "warning" in line] or done.stderr.splitlines()
    return f"{what}:\n    " + "\n    ".join(said[:3])


def problems(root):
    headers = list(public_headers(root))
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        together = pool.submit(compile_headers, root, [h for h in headers if h.name not in NEEDS], "the public headers do not compile together")
        answers = pool.map(lambda header: compile_headers(root, [header], f"{header.relative_to(root)}: does not compile alone"), headers)
        return [answer for answer in [*answers, together.result()] if answer]


BAD_TREES = [
    ({"include/starling/values/a.hpp": "#pragma once\ninline std::size_t n = 1;\n"}, r"a\.hpp: does not compile alone"),
    ({"include/starling/values/a.hpp": "#pragma once\ninline int f(int unused) { return 1; }\n"}, r"unused parameter"),
    ({"include/starling/values/a.hpp": "#pragma once\nstruct s {};\n", "include/starling/values/b.hpp": "#pragma once\nclass s;\nstruct s { int other; };\n"}, r"do not compile together"),
]
GOOD_TREE = {"include/starling/values/a.hpp": "#pragma once\n#include <cstddef>\ninline std::size_t n = 1;\n"}
