#!/usr/bin/env python3
"""Ours beside JAX, GenJAX, BlackJAX and hand-written loops, in turn, as ratios in one run (`make bench-peers`).

peers.py [--only id,...] [--runs N] [--core K] [--list]

Every program is pinned to one core. Times are the minimum over the runs, each itself the minimum of many repetitions without
compiling. Writes out/ratios.json and prints it as a table. The rows are in bench/peer_rows.py; the peers' scripts in ../shared/peers
(or $STARLING_SHARED/peers) and bench/peers, their environments in build/peers (scripts/peers_setup).
Exits with 1 where something could not be measured; a missed bar is shown, not an error.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys

import special_rows
from peer_rows import ROWS

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = pathlib.Path(os.environ.get("STARLING_SHARED", ROOT.parent / "shared"))
OWN_PEERS = ROOT / "bench/peers"
ENVIRONMENT = dict(os.environ, OPENBLAS_NUM_THREADS="1", PYTHONDONTWRITEBYTECODE="1", PYTHONPATH=str(SHARED / "peers"))


class Failed(Exception):
    pass


def json_lines(command, **options):
    """The JSON objects that a command prints, one a line."""
    try:
        done = subprocess.run([str(word) for word in command], text=True, capture_output=True, env=ENVIRONMENT, **options)
    except OSError as error:
        raise Failed(str(error)) from error
    if done.returncode != 0:
        raise Failed(f"exit code {done.returncode}: {(done.stderr or done.stdout)[-300:].strip()}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def time_ours(program, arguments, core):
    lines = json_lines(["taskset", "-c", core, program, *arguments.split(), "--json"])
    if not lines:
        raise Failed(f"starling_bench {arguments} printed no JSON")
    return lines[-1]["seconds_min"] / lines[-1].get("amount", 1), "starling"


def time_peer(variant, core):
    python = ROOT / f"build/peers/{variant.environment}/bin/python"
    folder = SHARED / "peers"
    if variant.script == "w_stan.py": folder = ROOT / "build/peers/stan"
    elif (OWN_PEERS / variant.script).exists(): folder = OWN_PEERS
    lines = json_lines(["taskset", "-c", core, python, variant.script, *variant.arguments.split()], cwd=folder)
    lines = [line for line in lines if line["peer"].startswith(variant.name) and line["workload"].startswith(variant.workload)]
    if not lines:
        raise Failed(f"{variant.script} {variant.arguments} printed no result for {variant.name}")
    return min((line["run_s_min"] / (line["work"] if variant.per_work else 1), line["peer"]) for line in lines)


def measure_all(rows, runs, core, program):
    """{measure: (seconds, name) or Failed}: every distinct program once a run, in turn."""
    measures = list(dict.fromkeys(m for row in rows for m in row.measures))
    results = {}
    for run in range(runs):
        for number, measure in enumerate(measures):
            if isinstance(results.get(measure), Failed):
                continue
            label = measure if isinstance(measure, str) else f"{measure.environment} {measure.script} {measure.arguments}"
            print(f"\r\033[Krun {run + 1}/{runs}, {number + 1}/{len(measures)}: {label}", end="", file=sys.stderr, flush=True)
            try:
                got = time_ours(program, measure, core) if isinstance(measure, str) else time_peer(measure, core)
                results[measure] = min(got, results.get(measure, got))
            except Failed as failure:
                results[measure] = failure
    print("\r\033[K", end="", file=sys.stderr)
    return results


def best_of(measures, results):
    times = [results[m] for m in measures if not isinstance(results[m], Failed)]
    if not times:
        raise Failed("; ".join(dict.fromkeys(str(results[m]) for m in measures)))
    return min(times)


def result_of(row, results, options):
    """The row of out/ratios.json."""
    result = {"id": row.id, "work": row.work, "ours_s": None, "peer": row.peer, "peer_s": None, "ratio": None, "bar": row.bar,
              "goal": row.goal, "better": "lower" if row.at_most else "higher", "reached": False}
    try:
        if row.special:
            result |= special_rows.MEASURE[row.special](ROOT, options.program, json_lines, options)
        else:
            ours, _ = best_of([row.ours], results)
            theirs, name = best_of([row.loop] if row.loop else row.variants, results)
            result |= {"ours_s": ours, "peer_s": theirs, "ratio": ours / theirs if row.at_most else theirs / ours,
                       "peer": row.peer if row.loop else name}
    except (Failed, ValueError, LookupError, OSError) as failure:
        return result | {"error": f"{type(failure).__name__}: {failure}"}
    return result | {"reached": result["ratio"] <= row.bar if row.at_most else result["ratio"] >= row.bar}


def milliseconds(seconds):
    return "" if seconds is None else f"{seconds * 1e3:.4g}"


def print_table(results):
    line = "{:<20} {:>10} {:>10} {:>8} {:>8} {:>7}  {:<8} {}"
    print(line.format("id", "ours ms", "peer ms", "ratio", "bar", "goal", "", "peer"))
    for row in results:
        sign = "<=" if row["better"] == "lower" else ">="
        verdict = "NO DATA" if "error" in row else "reached" if row["reached"] else "MISSED"
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f}"
        note = row.get("error", row["peer"] + (f" ({row['detail']})" if "detail" in row else ""))
        print(line.format(row["id"], milliseconds(row["ours_s"]), milliseconds(row["peer_s"]), ratio, f"{sign}{row['bar']:g}",
                          "" if row["goal"] is None else f"{row['goal']:g}", verdict, note))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="ids, separated by commas; a prefix with * works")
    parser.add_argument("--runs", type=int, default=3, help="how often each program runs (3)")
    parser.add_argument("--core", type=int, default=(os.cpu_count() or 1) - 1, help="the core that is used (the last)")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/bench/starling_bench", help="ours")
    parser.add_argument("--list", action="store_true", help="print the ids and stop")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "out/ratios.json")
    options = parser.parse_args()

    wanted = [word for word in options.only.split(",") if word]
    rows = [row for row in ROWS if not wanted or any(row.id == w or w.endswith("*") and row.id.startswith(w[:-1]) for w in wanted)]
    if not rows:
        parser.error(f"no row is called {options.only}; --list shows them")
    if options.list:
        print("\n".join(f"{row.id:<20} {row.work}" for row in rows))
        return 0
    measured = measure_all(rows, options.runs, options.core, options.program)
    results = [result_of(row, measured, options) for row in rows]
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(results, indent=1) + "\n")
    print_table(results)
    return 1 if any("error" in row for row in results) else 0


if __name__ == "__main__":
    sys.exit(main())
