"""Static HMC on the polynomial regression of GenJAX's paper in JAX, the whole run one jitted scan: the peer of --work=polynomial_hmc.

y = a + b x + c x², normal(0, 1) priors, noise 0.05, 50 points, step 0.01, 1,050 x 20 leapfrogs, one chain. Uses the harness of ../shared/peers
(data.py must be on PYTHONPATH). Options, of which bench/peer_rows.py has the fastest:
  --gradient=auto|manual   JAX's own or written out
  --form=dot|sum           X @ b, or products summed, which XLA may fuse
  --unroll=N               leapfrogs unrolled
  --rng=pre|step           all momenta drawn before the loop, or each step's within
"""
from data import *
jax = setup_jax(); import jax.numpy as jnp
from jax import lax, random as jr
dt = jnp.float64 if DTYPE == "f64" else jnp.float32
prng, gradient, form, unroll, draws = arg("prng", "threefry2x32"), arg("gradient", "manual"), arg("form", "dot"), int(arg("unroll", 1)), arg("rng", "pre")
N, STEPS, LEAPS, EPS, NOISE = 50, 1050, 20, 0.01, 0.05
i = np.arange(N); x = i / (N - 1)
X = jnp.asarray(np.stack([np.ones(N), x, x * x], 1), dt)
y = jnp.asarray(0.3 - 0.7 * x + 0.9 * x * x + 0.05 * np.sin(37.0 * i + 1), dt)
Xt = jnp.asarray(np.asarray(X).T.copy())
const = -N * math.log(NOISE) - 0.5 * (N + 3) * math.log(2 * math.pi)
eta = (lambda b: X @ b) if form == "dot" else (lambda b: jnp.sum(Xt * b[:, None], 0))
back = (lambda r: r @ X) if form == "dot" else (lambda r: jnp.sum(Xt * r, 1))
def density(b):
    z = (y - eta(b)) / NOISE
    return const - 0.5 * (jnp.sum(z * z) + jnp.sum(b * b))
def written_out(b):
    z = (y - eta(b)) / NOISE
    return const - 0.5 * (jnp.sum(z * z) + jnp.sum(b * b)), back(z) / NOISE - b
value_and_grad = written_out if gradient == "manual" else jax.value_and_grad(density)

def chain(key):
    def leap(c, _):
        q, p, v, g = c; p = p + 0.5 * EPS * g; q = q + EPS * p; v, g = value_and_grad(q)
        return (q, p + 0.5 * EPS * g, v, g), None
    def step(c, numbers):
        q, v, g, n = c
        if draws == "pre": p0, u = numbers
        else: k1, k2 = jr.split(numbers); p0, u = jr.normal(k1, (3,), dt), jnp.log(jr.uniform(k2, (), dt))
        (q2, p2, v2, g2), _ = lax.scan(leap, (q, p0, v, g), None, length=LEAPS, unroll=unroll)
        a = u < v2 - v - 0.5 * (jnp.sum(p2 * p2) - jnp.sum(p0 * p0))
        q, v, g = jnp.where(a, q2, q), jnp.where(a, v2, v), jnp.where(a, g2, g)
        return (q, v, g, n + a), q
    k0, k1, k2 = jr.split(key, 3)
    numbers = (jr.normal(k1, (STEPS, 3), dt), jnp.log(jr.uniform(k2, (STEPS,), dt))) if draws == "pre" else jr.split(k1, STEPS)
    q = jr.uniform(k0, (3,), dt, -2, 2); v, g = value_and_grad(q)
    c, path = lax.scan(step, (q, v, g, jnp.zeros((), dt)), numbers)
    return path, c[3] / STEPS

f = jax.jit(chain); k = [0]
def run(): k[0] += 1; return jax.block_until_ready(f(jr.key(k[0])))
r, c = timed_first(run)
P = np.asarray(X, float); m = np.linalg.solve(P.T @ P / NOISE**2 + np.eye(3), P.T @ np.asarray(y, float) / NOISE**2)
name = f"jax {jax.__version__} {gradient} {form} unroll={unroll} rng={draws} {prng}"
bench(run, workload="polynomial", peer=name, work=STEPS * LEAPS, unit="grad/s", compile_s=c, check=f"acc {float(r[1]):.4f} mean {np.asarray(r[0])[500:].mean(0).round(3)} exact {m.round(3)}", reps=15, budget=20)
