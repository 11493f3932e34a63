"""Gradients of Stan models, in Stan's own C++ with -O3 -march=native: the peer of the programs of models/ and of the works of bench/works/plain_models.hpp.

The models are bench/peers/stan/NAME.stan, compiled when they are first asked for into build/peers/stan_gradients, by the stanc and with the headers of the
httpstan wheel: in $HTTPSTAN, else in build/peers/genjax (scripts/peers_setup). One chain, as Stan's samplers evaluate it; time over work is one gradient.
  gradients_stan.py --model=garch11 [--build]       --build: compile only
"""
import glob
import json
import math
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILT = ROOT / "build/peers/stan_gradients"
FLAGS = ["-std=c++17", "-O3", "-march=native", "-w", "-DBOOST_DISABLE_ASSERTS", "-DBOOST_PHOENIX_NO_VARIADIC_EXPRESSION", "-D_REENTRANT", "-D_GLIBCXX_USE_CXX11_ABI=0"]


def hash01(i, j):
    v = abs(math.sin(12.9898 * (i + 1) + 78.233 * (j + 1)) * 43758.5453)
    return v - math.floor(v)


def numbers(n, at, lo, hi):
    return [lo + (hi - lo) * hash01(i, at) for i in range(n)]


def line(n):
    x = numbers(n, 400, -2, 2)
    return {"N": n, "x": x, "y": [e + 0.7 - 0.4 * v for e, v in zip(numbers(n, 401, -1, 1), x)]}


def groups():
    x, g = numbers(2000, 402, -2, 2), [i % 50 for i in range(2000)]
    y = [e + 0.5 * math.sin(k) + (0.3 + 0.2 * math.cos(k)) * v for e, v, k in zip(numbers(2000, 403, -1, 1), x, g)]
    return {"N": 2000, "G": 50, "group": [k + 1 for k in g], "x": x, "y": y}


def returns(n):
    return {"T": n, "y": [v * (1 + 0.5 * math.sin(0.05 * t)) for t, v in enumerate(numbers(n, 406, -2, 2))]}


# The data of bench/works/plain_models.hpp.
WORKS = {
    "plain": lambda: line(1000),
    "groups": groups,
    "field": lambda: {"N": 5000, "y": [math.floor(4 * hash01(i, 404)) for i in range(5000)]},
    "mixture": lambda: {"N": 1000, "y": [e + 3.0 * (i % 3 - 1.0) for i, e in enumerate(numbers(1000, 405, -1, 1))]},
    "garch": lambda: returns(500),
    "ar": lambda: returns(1000),
    "gp": lambda: {"N": 100, "x": numbers(100, 407, -5, 5), "y": numbers(100, 408, -1, 1)},
    "ode": lambda: {"N": 20, "u_seen": [1 + hash01(i, 409) for i in range(20)], "v_seen": [1 + hash01(i, 410) for i in range(20)]},
}


def wheel():
    """The folder of httpstan, with include/, lib/ and stanc."""
    found = [os.environ["HTTPSTAN"]] if "HTTPSTAN" in os.environ else glob.glob(str(ROOT / "build/peers/genjax/lib/python3*/site-packages/httpstan"))
    if not found: raise SystemExit("gradients_stan.py: httpstan is not here: run scripts/peers_setup, or set HTTPSTAN")
    return pathlib.Path(found[0])


def built(model):
    """The program of a model, compiled if need be."""
    source, program = ROOT / f"bench/peers/stan/{model}.stan", BUILT / model
    driver = source.parent / "driver.cxx"
    if program.exists() and program.stat().st_mtime > max(source.stat().st_mtime, driver.stat().st_mtime): return program
    stan = wheel()
    BUILT.mkdir(parents=True, exist_ok=True)
    subprocess.run([stan / "stanc", f"--name={model}", f"--o={program}.hpp", source], check=True)
    subprocess.run(["g++", *FLAGS, f"-I{stan}/include", f'-DMODEL_HPP="{program}.hpp"', driver, "-o", program, f"-L{stan}/lib", "-ltbb", f"-Wl,-rpath,{stan}/lib", "-lpthread"], check=True)
    return program


def main():
    options = dict(word.lstrip("-").split("=", 1) if "=" in word else (word.lstrip("-"), "") for word in sys.argv[1:])
    model = options["model"]
    program = built(model)
    if "build" in options: return
    data = ROOT / f"models/data/{model}/data.json"
    if model in WORKS:
        data = BUILT / f"{model}.json"
        data.write_text(json.dumps(WORKS[model]()))
    def rows(evaluations, repetitions):
        done = subprocess.run([program, data, str(evaluations), str(repetitions)], check=True, capture_output=True, text=True)
        return [tuple(map(float, row.split())) for row in done.stdout.splitlines()]
    enough = max(1, int(0.05 / rows(1, 20)[-1][0]))
    result = rows(enough, 15)
    print(json.dumps({"workload": model, "peer": "stan 2.35 -O3 -march=native", "dtype": "f64", "cores": 1, "run_s_min": min(row[0] for row in result), "work": 1, "unit": "grad/s",
                      "check": f"density {result[-1][1]:.6f}"}))


if __name__ == "__main__":
    main()
