"""No file or folder is called utils, common, misc, core, detail or the like; names are in lower case."""
import re

from source_tree import CODE_FOLDERS

FORBIDDEN = {"util", "utils", "utilities", "common", "misc", "core", "detail", "details", "helper", "helpers", "impl", "internal", "stuff"}
NAME = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")
PLAIN_NAMES = {"CMakeLists.txt", "README.md", "starling-config.cmake.in", "Findxxhash.cmake", "Findcsv.cmake"}  # names that others prescribe


def problems(root):
    found = []
    for folder in CODE_FOLDERS + ["scripts", "cmake", "docs"]:
        for path in sorted((root / folder).rglob("*")):
            if "__pycache__" in path.parts or path.name in PLAIN_NAMES:
                continue
            stem = path.name.split(".")[0]
            if stem in FORBIDDEN:
                found.append(f"{path.relative_to(root)}: '{stem}' says nothing; name it after the thing it holds")
            elif not NAME.fullmatch(path.name):
                found.append(f"{path.relative_to(root)}: names are snake_case")
    return found


BAD_TREES = [
    *[({f"include/starling/values/{name}/a.hpp": ""}, rf"values/{name}: '{name}' says nothing") for name in sorted(FORBIDDEN)],
    ({"src/values/utils.cpp": ""}, r"utils\.cpp: 'utils'"),
    ({"src/values/LaneMask.cpp": ""}, r"LaneMask\.cpp: names are snake_case"),
]
GOOD_TREE = {"include/starling/values/lane_mask.hpp": "", "tests/CMakeLists.txt": "", "docs/error_function.md": ""}
