"""Links between the pages (README.md, docs/ and the like) lead to files and headings that are there; each page in docs/ is reached from another."""
import re

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^#+\s+(.*)$", re.MULTILINE)


def pages(root):
    return sorted([*root.glob("*.md"), *(root / "docs").rglob("*.md")])


def anchors(text):
    """The names that GitHub gives the headings."""
    found = set()
    for heading in HEADING.findall(FENCE.sub("", text)):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        found.add(re.sub(r"[^\w\- ]", "", plain.strip().lower()).replace(" ", "-"))
    return found


def problems(root):
    found, reached = [], set()
    for page in pages(root):
        text = page.read_text(encoding="utf-8")
        for link in LINK.findall(FENCE.sub("", text)):
            if re.match(r"[a-z]+:", link):
                continue
            name, _, anchor = link.partition("#")
            target = (page.parent / name).resolve() if name else page
            if not target.exists():
                found.append(f"{page.relative_to(root)}: there is no {link}")
                continue
            if target != page:
                reached.add(target)
            if anchor and target.suffix == ".md" and anchor not in anchors(target.read_text(encoding="utf-8")):
                found.append(f"{page.relative_to(root)}: {link}: the page has no such heading")
    for page in pages(root):
        if page.is_relative_to(root / "docs") and page.resolve() not in reached and not any(folder.resolve() in reached for folder in page.parents if folder != root):
            found.append(f"{page.relative_to(root)}: no other page leads here")
    return found


BAD_TREES = [
    ({"README.md": "[a](docs/missing.md)"}, r"README\.md: there is no docs/missing\.md"),
    ({"README.md": "[a](docs/a.md#nowhere)", "docs/a.md": "# Here\n"}, r"a\.md#nowhere: the page has no such heading"),
    ({"README.md": "", "docs/a.md": "# Here\n"}, r"docs/a\.md: no other page leads here"),
    ({"README.md": "# Top\n[a](#bottom)"}, r"#bottom: the page has no such heading"),
]
GOOD_TREE = {"README.md": "# It's `here`\n[a](docs/a.md#stop-and-go), [b](#its-here), [c](https://x.y)\n```cpp\nv[i](no)\n```\n", "docs/a.md": "# Top\n## Stop, and go\n"}
