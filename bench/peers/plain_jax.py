"""Gradients of models as their users write them, in JAX: the peer of the works plain_…, groups, field, mixture, process and net.

value_and_grad of the log density of the free numbers, vmapped over 4 chains (--chains=1: one, not vmapped), jitted, inside a scan whose every step moves
the point a little along the gradient. The formulas are those of bench/works/plain_models.hpp; work is steps x chains, so that time over work is one
chain's gradient. Uses the harness of ../shared/peers (data.py must be on PYTHONPATH).
  --work=plain|large|groups|field|mixture|process|net
"""
from data import *
jax = setup_jax(); import jax.numpy as jnp
from jax import lax
dt = jnp.float64 if DTYPE == "f64" else jnp.float32
work, chains = arg("work", "plain"), int(arg("chains", 4))
LOG2PI = math.log(2 * math.pi)
def numbers(n, at, lo, hi): return lo + (hi - lo) * hash01(np.arange(n), at)
def normal(x, m, s): z = (x - m) / s; return -0.5 * z * z - jnp.log(s) - 0.5 * LOG2PI
def exponential_log(u): return u - jnp.exp(u)                                         # of exp(u), with the Jacobian
def half_normal_log(u, s): return math.log(2) + normal(jnp.exp(u), 0.0, s) + u

if work in ("plain", "large"):
    n, d, steps = (1000, 3, 2000) if work == "plain" else (100_000, 3, 30)
    x = numbers(n, 400, -2, 2); y = jnp.asarray(numbers(n, 401, -1, 1) + 0.7 - 0.4 * x, dt); x = jnp.asarray(x, dt)
    def density(q):
        a, b, s = q[0], q[1], jnp.exp(q[2])
        return normal(a, 0.0, 5.0) + normal(b, 0.0, 5.0) + exponential_log(q[2]) + jnp.sum(normal(y, a + b * x, s))
elif work == "groups":
    n, d, steps = 2000, 105, 1000
    g = np.arange(n) % 50; x = numbers(n, 402, -2, 2)
    y = jnp.asarray(numbers(n, 403, -1, 1) + 0.5 * np.sin(g) + (0.3 + 0.2 * np.cos(g)) * x, dt); x = jnp.asarray(x, dt); g = jnp.asarray(g)
    def density(q):
        ma, mb, ta, tb, s, za, zb = q[0], q[1], jnp.exp(q[2]), jnp.exp(q[3]), jnp.exp(q[4]), q[5:55], q[55:]
        alpha, beta = ma + ta * za, mb + tb * zb
        return (normal(ma, 0.0, 5.0) + normal(mb, 0.0, 5.0) + half_normal_log(q[2], 1.0) + half_normal_log(q[3], 1.0) + exponential_log(q[4])
                + jnp.sum(normal(za, 0.0, 1.0)) + jnp.sum(normal(zb, 0.0, 1.0)) + jnp.sum(normal(y, alpha[g] + beta[g] * x, s)))
elif work == "field":
    n, d, steps = 5000, 5002, 400
    y = np.floor(4 * hash01(np.arange(n), 404)); const = -sum(math.lgamma(v + 1) for v in y); y = jnp.asarray(y, dt)
    def density(q):
        mu, tau, z = q[0], jnp.exp(q[1]), q[2:]; eta = mu + tau * z
        return normal(mu, 0.0, 2.0) + half_normal_log(q[1], 1.0) + jnp.sum(normal(z, 0.0, 1.0)) + jnp.sum(y * eta - jnp.exp(eta)) + const
elif work == "mixture":
    d, steps = 9, 500
    y = jnp.asarray(numbers(1000, 405, -1, 1) + 3.0 * (np.arange(1000) % 3 - 1.0), dt)
    def density(q):
        m, s, w = q[:3], jnp.exp(q[3:6]), q[6:]
        terms = jax.nn.log_softmax(w)[None] + normal(y[:, None], m[None], s[None])
        return jnp.sum(normal(m, 0.0, 5.0)) + jnp.sum(exponential_log(q[3:6])) + jnp.sum(normal(w, 0.0, 1.0)) + jnp.sum(jax.nn.logsumexp(terms, 1))
elif work == "process":
    d, steps = 3, 50
    x = numbers(100, 407, -5, 5); y = jnp.asarray(numbers(100, 408, -1, 1), dt); D = jnp.asarray((x[:, None] - x[None]) ** 2, dt)
    def density(q):
        rho, alpha, sigma = jnp.exp(q)
        K = alpha * alpha * jnp.exp(-0.5 * D / (rho * rho)) + sigma * sigma * jnp.eye(100, dtype=dt)
        L = jnp.linalg.cholesky(K); r = jax.scipy.linalg.solve_triangular(L, y, lower=True)
        return half_normal_log(q[0], 2.0) + half_normal_log(q[1], 2.0) + half_normal_log(q[2], 1.0) - 0.5 * r @ r - jnp.sum(jnp.log(jnp.diag(L))) - 50 * LOG2PI
elif work == "net":
    d, steps = 72, 500
    x = jnp.asarray(numbers(1000, 411, -1, 1).reshape(200, 5), dt); y = jnp.asarray(numbers(200, 412, -1, 1), dt)
    def density(q):
        w1, b1, w2, b2, s = q[:50].reshape(10, 5), q[50:60], q[60:70], q[70], jnp.exp(q[71])
        return jnp.sum(normal(q[:71], 0.0, 1.0)) + exponential_log(q[71]) + jnp.sum(normal(y, jnp.tanh(x @ w1.T + b1) @ w2 + b2, s))
else: raise SystemExit(f"plain_jax.py: no work {work}")

q0 = 0.1 * np.sin(np.arange(d) + 1.0); q0 = jnp.asarray(q0 if chains == 1 else np.stack([q0 + 1e-3 * l for l in range(chains)]), dt)
both = jax.value_and_grad(density)
if chains > 1: both = jax.vmap(both)
@jax.jit
def f(q):
    def step(c, _): v, g = both(c); return c + 1e-12 * g, v
    q, v = lax.scan(step, q, None, length=steps); return q, v
def run(): return jax.block_until_ready(f(q0))
r, c = timed_first(run)
bench(run, workload=f"{work} {chains}", peer=f"jax {jax.__version__}", work=steps * chains, unit="grad/s", compile_s=c, check=f"density {np.asarray(r[1])[0].reshape(-1)[0]:.6f}", reps=11, budget=15)
