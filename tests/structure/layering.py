"""A layer includes only itself and the layers before it; third parties are included only where they may be, never in public headers."""
from source_tree import LAYERS, code_files, includes, zone_and_layer

UMBRELLA = "starling/starling.hpp"
# Folders below tests/ that are no layer, and what they hold.
TEST_FOLDERS = {
    "structure": "these checks",
    "misuse": "code that must not compile",
    "consumer": "projects that use an installed starling",
    "support": "what tests of several layers share",
}
# Prefix of the include -> where it may stand, as "zone" or "zone/layer", and the Debian package that scripts/install_dependencies installs.
THIRD_PARTIES = {
    "boost/": ({"src/distributions", "tests"}, "libboost-dev"),
    "tbb/": ({"src/execution"}, "libtbb-dev"),
    "oneapi/": ({"src/execution"}, "libtbb-dev"),
    "Eigen/": ({"src/distributions", "src/inference"}, "libeigen3-dev"),
    "nlohmann/": ({"src/io", "tests"}, "nlohmann-json3-dev"),
    "netcdf": ({"src/io", "tests"}, "libnetcdf-dev"),
    "xxhash": ({"src/io"}, "libxxhash-dev"),
    "fmt/": ({"src/io"}, "libfmt-dev"),
    "csv.h": ({"src/io"}, "libcsv-dev"),
    "gtest/": ({"tests"}, "libgtest-dev"),
    "gmock/": ({"tests"}, "libgmock-dev"),
    "rapidcheck": ({"tests"}, "librapidcheck-dev"),
    "Random123/": ({"tests"}, "librandom123-dev"),
    "benchmark/": ({"bench"}, "libbenchmark-dev"),
}
POSIX = {"unistd.h", "fcntl.h", "signal.h", "sched.h", "pthread.h", "dlfcn.h", "cpuid.h", "termios.h", "poll.h", "dirent.h"}
STANDARD = set("""algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv chrono cinttypes
climits clocale cmath compare complex concepts condition_variable coroutine csetjmp csignal cstdarg cstddef cstdint cstdio
cstdlib cstring ctime cuchar cwchar cwctype deque exception execution filesystem forward_list fstream functional future
initializer_list iomanip ios iosfwd iostream istream iterator latch limits list locale map memory memory_resource mutex new
numbers numeric optional ostream queue random ranges ratio regex scoped_allocator semaphore set shared_mutex source_location
span sstream stack stdexcept stop_token streambuf string string_view strstream syncstream system_error thread tuple
type_traits typeindex typeinfo unordered_map unordered_set utility valarray variant vector version""".split())


def third_party_problem(name, zone, layer, installed):
    for prefix, (places, package) in THIRD_PARTIES.items():
        if name.startswith(prefix):
            if zone not in places and f"{zone}/{layer}" not in places:
                return f"includes <{name}>, which may stand only in {', '.join(sorted(places))}"
            return None if package in installed else f"includes <{name}> of {package}, which scripts/install_dependencies does not install"
    if name in STANDARD:
        return None
    if name in POSIX or name.startswith("sys/"):
        return None if zone != "include" else f"includes <{name}>, which belongs into src"
    return f"includes <{name}>, which is neither ours, nor standard, nor a third party that layering.py knows"


def included_layer(root, path, mark, name):
    """The layer that an include reaches, 'umbrella', or None where it is not ours."""
    if name == UMBRELLA:
        return "umbrella"
    if name.startswith("starling/"):
        return name.split("/")[1]
    if mark == '"':
        for base in (path.parent, root / "src", root / "tests", root / "bench"):
            target = (base / name).resolve()
            if target.is_file():
                return zone_and_layer(root.resolve(), target)[1] or "own"
        return "missing"
    return None


def problems(root):
    found = []
    script = root / "scripts/install_dependencies"
    installed = script.read_text(encoding="utf-8").split() if script.is_file() else []
    for path in code_files(root):
        zone, layer = zone_and_layer(root, path)
        where = path.relative_to(root)
        if zone in ("include", "src") and str(where) != f"include/{UMBRELLA}" and layer not in LAYERS:
            found.append(f"{where}: lies in no layer ({', '.join(LAYERS)})")
            continue
        if zone == "tests" and layer not in LAYERS and layer not in TEST_FOLDERS:
            found.append(f"{where}: tests lie in the folder of their layer (or in {', '.join(TEST_FOLDERS)})")
            continue
        for line, mark, name in includes(path):
            target = included_layer(root, path, mark, name)
            if target is None:
                problem = third_party_problem(name, zone, layer, installed)
                if problem:
                    found.append(f"{where}:{line}: {problem}")
            elif target == "missing":
                found.append(f"{where}:{line}: includes \"{name}\", which is not in the tree")
            elif zone == "include" and not name.startswith("starling/"):
                found.append(f"{where}:{line}: includes \"{name}\"; public headers include ours by their full name, starling/…")
            elif layer not in LAYERS or target == "own" or target in TEST_FOLDERS:
                continue
            elif target == "umbrella":
                if layer != LAYERS[-1]:
                    found.append(f"{where}:{line}: layer {layer} includes the umbrella header")
            elif target not in LAYERS:
                found.append(f"{where}:{line}: includes <{name}> of unknown layer {target}")
            elif LAYERS.index(target) > LAYERS.index(layer):
                found.append(f"{where}:{line}: layer {layer} includes {name} of the later layer {target}")
    return found


BAD_TREES = [
    ({"include/starling/values/a.hpp": "#include <starling/models/b.hpp>\n", "include/starling/models/b.hpp": ""},
     r"values/a\.hpp:1: layer values includes .* later layer models"),
    ({"src/random/a.cpp": "\n#include <starling/execution/b.hpp>\n"}, r"a\.cpp:2: layer random .* execution"),
    ({"tests/values/a_test.cpp": "#include <starling/random/b.hpp>\n"}, r"layer values .* later layer random"),
    ({"tests/random/a_test.cpp": '#include "traces/b.hpp"\n', "tests/traces/b.hpp": ""}, r"layer random .* later layer traces"),
    ({"include/starling/distributions/a.hpp": "#include <boost/math/x.hpp>\n"}, r"may stand only in src/distributions"),
    ({"src/values/a.cpp": "#include <fmt/format.h>\n"}, r"may stand only in src/io"),
    ({"src/io/a.cpp": "#include <fmt/format.h>\n", "scripts/install_dependencies": "run) echo libnetcdf-dev ;;\n"}, r"of libfmt-dev, which .* does not install"),
    ({"src/values/a.cpp": "#include <armadillo>\n"}, r"neither ours, nor standard"),
    ({"include/starling/values/a.hpp": "#include <unistd.h>\n"}, r"belongs into src"),
    ({"include/starling/values/a.hpp": '#include "b.hpp"\n', "include/starling/values/b.hpp": ""}, r"by their full name"),
    ({"src/values/a.cpp": '#include "b.hpp"\n'}, r"not in the tree"),
    ({"include/starling/extras/a.hpp": ""}, r"lies in no layer"),
    ({"tests/extras/a_test.cpp": ""}, r"in the folder of their layer"),
    ({"src/inference/a.cpp": "#include <starling/starling.hpp>\n"}, r"includes the umbrella"),
]
GOOD_TREE = {
    "scripts/install_dependencies": "run) echo libfmt-dev libgtest-dev ;;\n",
    "include/starling/starling.hpp": "#include <starling/io/b.hpp>\n",
    "include/starling/values/a.hpp": "#include <vector>\n",
    "include/starling/io/b.hpp": "#include <starling/values/a.hpp>\n",
    "src/io/b.cpp": "#include <fmt/format.h>\n#include <unistd.h>\n#include <starling/io/b.hpp>\n#include \"io/c.hpp\"\n",
    "src/io/c.hpp": "",
    "tests/io/b_test.cpp": "#include <gtest/gtest.h>\n#include <starling/starling.hpp>\n#include \"support/d.hpp\"\n",
    "tests/support/d.hpp": "#include <starling/io/b.hpp>\n",
}
