"""Every public header compiles alone, and all of them together, without warnings, with the compiler of the build and none of the machine's SIMD.

Most headers include one of a few that take nearly all of the time; these are precompiled. A header is compiled after the dearest of them that it includes
itself, at any depth, and after others that it includes: what is there before its own lines are read is what it includes, no more, so it compiles where it
would compile alone. (clang takes no notice of g++'s precompiled headers, and reads the text in their place.)
"""
import concurrent.futures
import os
import pathlib
import subprocess
import tempfile

from source_tree import includes, public_headers

COMPILER = os.environ.get("CXX", "c++")
FLAGS = ["-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
# Headers of one instruction set, which others include only where it is there.
NEEDS = {
    "registers_avx2.hpp": ["-mavx2", "-mfma"],
    "registers_avx512.hpp": ["-mavx512f", "-mavx512dq", "-mavx512vl", "-mavx512bw", "-mfma"],
}
OF_THE_STANDARD_LIBRARY = 20_000  # bytes that one of its headers counts for


def closures(names, include):
    """What each header includes, at any depth: {name: names, itself among them}. Headers of the standard library are in it by their names."""
    known = {}

    def closure(name):
        if name not in known:
            known[name] = {name}
            if name in names and names[name].name not in NEEDS:
                known[name] = {name}.union(*(closure(other) for _, _, other in includes(include / name)))
        return known[name]

    return {name: closure(name) for name in names}


def headers_to_precompile(closure, costs):
    """The few whose precompiling saves more than it costs, the one that saves most first."""
    saved, chosen = dict.fromkeys(closure, 0), []
    while True:
        def gain(hub):
            return sum(max(0, costs[hub] - saved[name]) for name in closure if hub in closure[name]) - 10 * costs[hub]  # what precompiling takes, and writing it
        best = max(closure, key=gain, default=None)
        if best is None or gain(best) <= 0:
            return chosen
        chosen.append(best)
        saved.update({name: max(saved[name], costs[best]) for name in closure if best in closure[name]})


def compiled(arguments, text, include, source="-"):
    """None, or the first lines of what the compiler said of `source`, or of `text`. Headers are included by name, so #pragma once warns of nothing."""
    flags = FLAGS + (["-Wno-psabi"] if "clang" not in COMPILER else [])
    done = subprocess.run([COMPILER, *flags, *arguments, "-I", include, source], input=text, text=True, capture_output=True)
    if done.returncode == 0:
        return None
    said = [line for line in done.stderr.splitlines() if "error" in line or "warning" in line] or done.stderr.splitlines()
    return "\n    ".join(said[:3])


def chains(names, closure, costs, before):
    """The names in rows in which each header includes the one before it, at any depth, and all are compiled after the same precompiled header."""
    left, found = set(names), []
    for name in sorted(names, key=costs.get, reverse=True):
        chain = []
        while name in left:
            chain.append(name)
            left.remove(name)
            name = max((part for part in closure[name] & left if before.get(part) == before.get(chain[0])), key=costs.get, default=None)
        if chain:
            found.append(chain[::-1])
    return found


def problems(root):
    include = root / "include"
    headers = {str(header.relative_to(include)): header for header in public_headers(root)}
    size = {name: header.stat().st_size for name, header in headers.items()}
    closure = closures(headers, include)
    costs = {name: sum(size.get(part, OF_THE_STANDARD_LIBRARY) for part in parts) for name, parts in closure.items()}
    plain = [name for name in headers if headers[name].name not in NEEDS]
    hubs = headers_to_precompile({name: closure[name] for name in plain}, costs)
    before = {name: max((hub for hub in hubs if hub in closure[name]), key=costs.get) for name in plain if any(hub in closure[name] for hub in hubs)}
    rows = [[name] for name in headers if name not in plain] + chains([name for name in plain if name not in hubs], closure, costs, before)
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:

        def precompiled(hub):
            return pathlib.Path(folder) / f"hub_{hubs.index(hub)}.hpp"

        def precompile(hub):
            precompiled(hub).write_text(f"#include <{hub}>\n")
            said = compiled(["-x", "c++-header", "-o", f"{precompiled(hub)}.gch"], "", include, precompiled(hub))
            return [f"include/{hub}: does not compile alone:\n    {said}"] if said else []

        def compile_row(names):
            flags = NEEDS.get(headers[names[0]].name, []) + (["-include", precompiled(before[names[0]])] if names[0] in before else [])
            said = compiled(["-fsyntax-only", "-x", "c++", *flags], "".join(f"#include <{name}>\n" for name in names), include)
            if said and len(names) > 1:
                return [sentence for name in names for sentence in compile_row([name])]
            return [f"include/{names[0]}: does not compile alone:\n    {said}"] if said else []

        together = pool.submit(compiled, ["-fsyntax-only", "-x", "c++"], "".join(f"#include <{name}>\n" for name in plain), include)
        answers = sum(pool.map(precompile, hubs), []) + sum(pool.map(compile_row, rows), [])
        if together.result():
            answers.append(f"the public headers do not compile together:\n    {together.result()}")
        return answers


MANY = {f"include/starling/values/user_{n}.hpp": '#pragma once\n#include "starling/values/hub.hpp"\n' for n in range(12)}
HUB = {"include/starling/values/hub.hpp": "#pragma once\n#include <array>\n#include <cstddef>\n#include <vector>\ninline std::size_t n = 1;\n"}
BAD_TREES = [
    ({"include/starling/values/a.hpp": "#pragma once\ninline std::size_t n = 1;\n"}, r"a\.hpp: does not compile alone"),
    ({"include/starling/values/a.hpp": "#pragma once\ninline int f(int unused) { return 1; }\n"}, r"unused parameter"),
    ({"include/starling/values/a.hpp": "#pragma once\nstruct s {};\n", "include/starling/values/b.hpp": "#pragma once\nclass s;\nstruct s { int other; };\n"}, r"do not compile together"),
    # Beside a header that is precompiled for others: one that needs it and does not include it, one that needs more than it, and itself.
    ({**MANY, **HUB, "include/starling/values/a.hpp": "#pragma once\ninline std::size_t m = 1;\n"}, r"a\.hpp: does not compile alone"),
    ({**MANY, **HUB, "include/starling/values/a.hpp": '#pragma once\n#include "starling/values/hub.hpp"\ninline std::string m;\n'}, r"a\.hpp: does not compile alone"),
    # One that lives of what another includes before it.
    ({"include/starling/values/a.hpp": "#pragma once\ninline std::string m;\n", "include/starling/values/b.hpp": '#pragma once\n#include <string>\n#include "starling/values/a.hpp"\n'}, r"a\.hpp: does not compile alone"),
    ({**MANY, "include/starling/values/hub.hpp": "#pragma once\n#include <array>\n#include <vector>\n" + "inline int f(int unused) { return 1; }\n"}, r"hub\.hpp: does not compile alone"),
]
GOOD_TREE = {**MANY, **HUB, "include/starling/values/a.hpp": "#pragma once\n#include <cstddef>\ninline std::size_t m = 1;\n"}
