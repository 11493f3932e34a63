"""Public headers define no macro, start with #pragma once, and leave out the standard headers that cost too much or that clang 14 refuses."""
import re

from source_tree import includes, public_headers, without_comments_and_strings

FORBIDDEN = {
    "random": "0.6 s to include; random numbers are Philox's",
    "iostream": "0.5 s to include",
    "functional": "slow to include; take callables as templates",
    "ranges": "0.7 s to include",
    "immintrin.h": "0.8 s to include; packs use vector extensions and builtins",
    "x86intrin.h": "like immintrin.h",
    "arm_neon.h": "like immintrin.h",
    "source_location": "clang 14 (clang-tidy) refuses it",
    "regex": "slow to include",
    "algorithm": "slow to include; bits/stl_algobase is there with <vector>",
    "mutex": "slow to include; state behind a pointer, locks in src",
    "atomic": "slow to include; as <mutex>",
    "map": "slow to include",
    "cmath": "0.1 s to include: tr1's special functions; values/math.hpp has what bodies need",
}
KNOWN_CONSTANT = "__builtin_constant_p"  # is_known_constant() asks it twice
MACRO = re.compile(r"^[ \t]*#[ \t]*(define|undef)\b[ \t]*(\w*)", re.MULTILINE)


def problems(root):
    found = []
    for path in public_headers(root):
        where = path.relative_to(root)
        text = without_comments_and_strings(path.read_text(encoding="utf-8"))
        for macro in MACRO.finditer(text):
            line = text.count("\n", 0, macro.start()) + 1
            found.append(f"{where}:{line}: #{macro[1]} {macro[2]}: public headers hold no macros")
        if not re.search(r"^#pragma once$", text, re.MULTILINE):
            found.append(f"{where}: has no #pragma once")
        for line, _, name in includes(path):
            if name in FORBIDDEN:
                found.append(f"{where}:{line}: <{name}> stays out of public headers: {FORBIDDEN[name]}")
        if KNOWN_CONSTANT in text and len(re.findall(rf"\b{KNOWN_CONSTANT}\b", text)) != 2:
            found.append(f"{where}: {KNOWN_CONSTANT} alone in a condition makes g++ drop calls: ask is_known_constant() of values/polynomial.hpp")
    return found


BAD_TREES = [
    ({"include/starling/values/a.hpp": "#pragma once\n# define SL_X 1\n"}, r"a\.hpp:2: #define SL_X"),
    ({"include/starling/values/a.hpp": "#pragma once\n#undef max\n"}, r"#undef max"),
    ({"include/starling/values/a.hpp": "int x;\n"}, r"no #pragma once"),
    ({"include/starling/values/a.hpp": "// #pragma once\n"}, r"no #pragma once"),
    ({"include/starling/values/a.hpp": "#pragma once\nbool f(int x) { if (__builtin_constant_p(x)) return true; return g(x); }\n"}, r"drop calls"),
    *[({"include/starling/io/a.hpp": f"#pragma once\n#include <{name}>\n"}, rf"a\.hpp:2: <{re.escape(name)}> stays out")
      for name in FORBIDDEN],
]
GOOD_TREE = {
    "include/starling/values/a.hpp": "#pragma once\n#include <vector>\n// #define is not used here\n/*\n#define X\n*/\n",
    "src/values/a.cpp": "#include <random>\n#define X 1\n",
}
