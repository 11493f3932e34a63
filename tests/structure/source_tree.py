"""What the structure checks know about the tree: layers in order, which files belong to which, what a file includes."""
import pathlib
import re

LAYERS = ["values", "random", "execution", "diagnostics", "distributions", "traces", "models", "combinators", "inference", "neural", "io"]
SUFFIXES = {".hpp", ".cpp"}
CODE_FOLDERS = ["include", "src", "tests", "models", "examples", "bench"]
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def code_files(root, folders=CODE_FOLDERS):
    """All C++ files below the folders, in order."""
    found = []
    for folder in folders:
        found += [p for p in (root / folder).rglob("*") if p.suffix in SUFFIXES and p.is_file()]
    return sorted(found)


def public_headers(root):
    return sorted((root / "include").rglob("*.hpp"))


def includes(path):
    """(line number, '<' or '"', name) of each include of a file."""
    text = path.read_text(encoding="utf-8")
    return [(text.count("\n", 0, m.start()) + 1, m[1], m[2]) for m in INCLUDE.finditer(text)]


def zone_and_layer(root, path):
    """('include' | 'src' | 'tests' | …, layer or None) of a file of the tree."""
    parts = path.relative_to(root).parts
    zone = parts[0]
    at = 2 if zone == "include" else 1
    layer = parts[at] if len(parts) > at + 1 else None
    return zone, layer


def without_comments_and_strings(text):
    """The text with comments and literals blanked, line numbers kept."""
    token = re.compile(r'//[^\n]*|/\*.*?\*/|R"([^()\\ ]{0,16})\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Za-z_])\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)
    return token.sub(lambda m: "\n" * m[0].count("\n"), text)
