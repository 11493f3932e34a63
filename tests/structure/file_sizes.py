"""A header has at most 300 lines; a source, test or script at most 400."""
from source_tree import code_files

LIMITS = {"header": 300, "file": 400}
# path -> (lines it may have, why it is not split)
EXCEPTIONS = {}


def scripts(root):
    files = [p for p in (root / "scripts").rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    return files + [p for folder in ("tests", "bench") for p in (root / folder).rglob("*.py")]


def problems(root, exceptions=None):
    exceptions = EXCEPTIONS if exceptions is None else exceptions
    found = []
    for path in sorted(code_files(root) + scripts(root)):
        where = str(path.relative_to(root))
        limit = LIMITS["header" if path.suffix == ".hpp" else "file"]
        limit, _ = exceptions.get(where, (limit, ""))
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > limit:
            found.append(f"{where}: {lines} lines, at most {limit}: split it, or give a reason in file_sizes.py")
    for where, (limit, reason) in exceptions.items():
        if not (root / where).is_file():
            found.append(f"{where}: has an exception in file_sizes.py but does not exist")
        if not reason:
            found.append(f"{where}: the exception in file_sizes.py has no reason")
    return found


BAD_TREES = [
    ({"include/starling/values/a.hpp": "\n" * 301}, r"a\.hpp: 301 lines, at most 300"),
    ({"src/values/a.cpp": "\n" * 401}, r"a\.cpp: 401 lines, at most 400"),
    ({"tests/values/a_test.cpp": "\n" * 401}, r"a_test\.cpp: 401"),
    ({"scripts/tool": "\n" * 401}, r"tool: 401"),
]
GOOD_TREE = {"include/starling/values/a.hpp": "\n" * 300, "src/values/a.cpp": "\n" * 400}
