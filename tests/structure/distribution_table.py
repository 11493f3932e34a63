"""The table of distributions in docs/distributions.md is what scripts/distribution_table writes, and names each header with a row of reference values."""
import importlib.machinery
import importlib.util
import json
import pathlib

SCRIPT = pathlib.Path(__file__).resolve().parent.parent.parent / "scripts" / "distribution_table"
ROWS = ("tests/distributions/reference_values.json", "tests/distributions/catalogue_values.json", "tests/distributions/structured_values.json")


def script():
    loader = importlib.machinery.SourceFileLoader("distribution_table_script", str(SCRIPT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


def problems(root):
    table = script()
    found = []
    if table.with_table(root) != (root / table.DOCUMENT).read_text(encoding="utf-8"):
        found.append(f"{table.DOCUMENT}: the table is not up to date; run scripts/distribution_table")
    for file in ROWS:
        rows = json.loads((root / file).read_text(encoding="utf-8")) if (root / file).is_file() else {}
        found += [f"scripts/distribution_table: '{name}' has no names elsewhere" for name, row in rows.items() if "cases" in row and "bad" in row and name not in table.NAMES]
    return found


MARKS = "<!-- scripts/distribution_table writes what follows -->\n", "<!-- until here -->\n"
HEAD = "| distribution | draws follow the parameters | it knows its | Stan | NumPyro | Gen | SciPy |\n|---|---|---|---|---|---|---|\n"
ROW = "| `normal(a)`: x | location and scale | mean | `normal` | `Normal` | `normal` | `norm` |\n"
HEADER = {"include/starling/distributions/normal.hpp": "// normal(a): x.\n#pragma once\n draws_follow = draw_derivative::location_scale;\n static auto mean(\n"}
BAD_TREES = [
    ({**HEADER, "docs/distributions.md": MARKS[0] + HEAD + MARKS[1]}, r"not up to date"),
    ({**HEADER, "docs/distributions.md": MARKS[0] + HEAD + ROW + MARKS[1], ROWS[0]: '{"unheard_of": {"cases": [], "bad": []}}'}, r"'unheard_of' has no names"),
]
GOOD_TREE = {**HEADER, "docs/distributions.md": "a\n" + MARKS[0] + HEAD + ROW + MARKS[1] + "b\n", ROWS[0]: '{"normal": {"cases": [], "bad": []}}'}
