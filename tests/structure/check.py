#!/usr/bin/env python3
"""check.py CHECK [--root FOLDER] [--self-test]

Runs one check of the tree (layering, public_headers, file_sizes, names, rows, distribution_table, links, headers_alone): prints what is wrong and exits 1.
--self-test shows instead that the check finds each of its bad trees and accepts its good one.
A check is a file beside this one with problems(root) -> sentences, BAD_TREES (files, what must be found) and GOOD_TREE.
"""
import argparse
import importlib
import pathlib
import re
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def problems_of_tree(check, files):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, content in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(content, encoding="utf-8")
        return check.problems(root)


def self_test(check):
    found = []
    for number, (files, expected) in enumerate(check.BAD_TREES):
        said = problems_of_tree(check, files)
        if not any(re.search(expected, sentence) for sentence in said):
            found.append(f"bad tree {number} ({', '.join(files)}): expected /{expected}/, the check said {said}")
    said = problems_of_tree(check, check.GOOD_TREE)
    if said:
        found.append(f"good tree: the check said {said}")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("check")
    parser.add_argument("--root", type=pathlib.Path, default=HERE.parent.parent)
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    check = importlib.import_module(options.check)
    found = self_test(check) if options.self_test else check.problems(options.root.resolve())
    for sentence in found:
        print(sentence)
    print(f"{options.check}{' (self-test)' if options.self_test else ''}: {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
