"""The rows of `make bench-peers` that are no ratio of two times on one core: threads, memory, compile."""
import json
import os
import subprocess
import time

PARTICLES = 10_000_000
MANY_PARTICLES = 100_000_000
README_MODEL = "examples/line.cpp"
HEADER = "include/starling/starling.hpp"


def threads(root, bench, json_lines, options):
    """--work=threads --threads=1|2: MH of a second or so; --work=spin: a loop in registers. Both print seconds_min.

    The ideal time on two cores is what two copies of the spinning loop make of them (turbo, a busy neighbour). Ratio: ideal over ours.
    """
    cores = sorted({options.core, 0 if options.core else 1})
    both = ",".join(map(str, cores))
    best = {}
    for _ in range(options.runs):
        one = json_lines(["taskset", "-c", options.core, bench, "--work=threads", "--threads=1", "--json"])[-1]
        two = json_lines(["taskset", "-c", both, bench, "--work=threads", "--threads=2", "--json"])[-1]
        if one["check"] != two["check"]:
            raise ValueError(f"draws differ between 1 and 2 threads: {one['check']} and {two['check']}")
        alone = json_lines(["taskset", "-c", options.core, bench, "--work=spin", "--json"])[-1]["seconds_min"]
        copies = [subprocess.Popen(["taskset", "-c", str(core), bench, "--work=spin", "--json"], stdout=subprocess.PIPE, text=True)
                  for core in cores]
        together = max(json_seconds(copy.communicate()[0]) for copy in copies)
        for name, value in (("one", one["seconds_min"]), ("two", two["seconds_min"]), ("alone", alone), ("together", together)):
            best[name] = min(value, best.get(name, value))
    reachable = 2 * best["alone"] / best["together"]
    ideal = best["one"] / reachable
    return {"ours_s": best["two"], "peer_s": ideal, "ratio": ideal / best["two"],
            "detail": f"speed-up {best['one'] / best['two']:.2f}, spinning loops {reachable:.2f}, draws identical"}


def json_seconds(output):
    return json.loads(output.splitlines()[-1])["seconds_min"]


def peak_rss(command):
    """Bytes of resident memory that a command had at most."""
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise OSError(f"exit code {process.returncode}: {' '.join(map(str, command))}")
    return usage.ru_maxrss * 1024


def memory(root, bench, json_lines, options):
    """--work=memory --particles=N keeps the particles; --summaries keeps none of them."""
    kept = peak_rss([bench, "--work=memory", f"--particles={PARTICLES}", "--json"])
    none = peak_rss([bench, "--work=memory", f"--particles={MANY_PARTICLES}", "--summaries", "--json"])
    return {"ratio": max(kept / (40e6 + 40 * PARTICLES), none / 64e6),
            "detail": f"{kept / 1e6:.0f} MB for 10^7 particles, {none / 1e6:.0f} MB for 10^8 with summaries only"}


def compile_seconds(root, file, runs):
    done = subprocess.run([root / "scripts/compile_time", f"--runs={runs}", root / file], text=True, capture_output=True)
    if done.returncode != 0:
        raise OSError(done.stderr[-300:] or done.stdout[-300:])
    return float(done.stdout.split()[0])


def compile_times(root, bench, json_lines, options):
    model = compile_seconds(root, README_MODEL, 5)
    header = compile_seconds(root, HEADER, 5)
    return {"ours_s": model, "ratio": max(model / 8, header / 1.5), "detail": f"model {model:.2f} s, header {header:.2f} s"}


def compile_catalogue(root, bench, json_lines, options):
    """The README's model with a weibull and a gumbel site, of headers of their own, over the same with a gamma and a cauchy site."""
    text, sites = (root / README_MODEL).read_text(encoding="utf-8"), ('"slope", sl::normal(0.0, 2.0)', '"intercept", sl::normal(0.0, 2.0)')
    (root / "out").mkdir(exist_ok=True)
    seconds = []
    for first, second, headers in (("weibull", "gumbel", True), ("gamma", "cauchy", False)):
        program = text.replace(sites[0], f'"slope", sl::{first}(2.0, 1.0)').replace(sites[1], f'"intercept", sl::{second}(0.0, 2.0)')
        if headers: program = "".join(f"#include <starling/distributions/{name}.hpp>\n" for name in (first, second)) + program
        (root / f"out/with_{first}.cpp").write_text(program, encoding="utf-8")
        seconds.append(compile_seconds(root, f"out/with_{first}.cpp", 3))
    return {"ours_s": seconds[0], "peer_s": seconds[1], "ratio": seconds[0] / seconds[1], "detail": f"{seconds[0]:.2f} s over {seconds[1]:.2f} s"}


def compile_nuts(root, bench, json_lines, options):
    seconds = compile_seconds(root, "models/eight_schools.cpp", 3)
    return {"ours_s": seconds, "ratio": seconds / 10, "detail": f"{seconds:.2f} s"}


def guide_compile(root, bench, json_lines, options):
    advi, nuts = (compile_seconds(root, f"bench/compiled/schools_{method}.cpp", 3) for method in ("advi", "nuts"))
    return {"ours_s": advi - nuts, "ratio": (advi - nuts) / 1.5, "detail": f"advi {advi:.2f} s, nuts {nuts:.2f} s"}


def first_draw(root, bench, json_lines, options):
    """A whole run of one chain with one warm-up step and one draw: no less than the time to the first of them."""
    program, data = root / "build/release/models/eight_schools", root / "models/data/eight_schools/data.json"
    command = ["taskset", "-c", str(options.core), program, "sample", "num_chains=1", "num_warmup=1", "num_samples=1", "data", f"file={data}", "output", "keep_draws=0"]
    times = []
    for _ in range(10):
        start = time.monotonic()
        subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append(time.monotonic() - start)
    return {"ours_s": min(times), "ratio": min(times) / 0.05, "detail": f"{1e3 * min(times):.1f} ms"}


def batch_update(root, bench, json_lines, options):
    seconds = min(json_lines(["taskset", "-c", options.core, bench, "--work=batch_update", "--json"])[-1]["seconds_min"] for _ in range(options.runs))
    return {"ours_s": seconds, "ratio": seconds / 8e-9, "detail": f"{1e9 * seconds:.1f} ns"}


MEASURE = {"batch_update": batch_update, "compile_catalogue": compile_catalogue, "first_draw": first_draw, "compile_nuts": compile_nuts, "guide_compile": guide_compile, "threads": threads, "memory": memory, "compile": compile_times}
