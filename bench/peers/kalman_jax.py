"""The gradient of the log density of a linear Gaussian state space of 6 states, two sums of them seen, 500 steps, in JAX: the peer of --work=kalman.

The Kalman filter as a scan, value_and_grad, jitted; all its matrices depend on one vector of 14 numbers, as in bench/works/distributions.cpp. Uses the
harness of ../shared/peers (data.py must be on PYTHONPATH). Options:
  --form=solve|cholesky|closed   how the 2 x 2 innovations are inverted
  --unroll=N
"""
from data import *
jax = setup_jax(); import jax.numpy as jnp
from jax import lax
dt = jnp.float64 if DTYPE == "f64" else jnp.float32
D, T, FORM, UNROLL = 6, 500, arg("form", "closed"), int(arg("unroll", 1))
y = jnp.asarray((2 * hash01(np.arange(2 * T), 3) - 1).reshape(T, 2), dt)
p0 = jnp.asarray(np.concatenate([0.5 + 0.05 * np.arange(D), np.cos(np.arange(D)), [0.3, 0.4]]), dt)


def density(p):
    A = jnp.diag(p[:D]) + 0.1 * jnp.eye(D, k=1, dtype=dt)
    C = jnp.stack([p[D:2 * D], jnp.asarray(np.arange(D) % 2 == 0, dt)])
    Q, R = 0.1 * jnp.eye(D, dtype=dt), jnp.diag(p[2 * D:])

    def step(carry, yt):
        x, P = carry
        v, S, PC = yt - C @ x, C @ P @ C.T + R, P @ C.T
        if FORM == "closed":
            det = S[0, 0] * S[1, 1] - S[0, 1] * S[1, 0]
            inverse = jnp.stack([jnp.stack([S[1, 1], -S[0, 1]]), jnp.stack([-S[1, 0], S[0, 0]])]) / det
            u, log_det, K = inverse @ v, jnp.log(det), PC @ inverse
        elif FORM == "cholesky":
            L = jnp.linalg.cholesky(S)
            u, log_det = jax.scipy.linalg.cho_solve((L, True), v), 2 * jnp.sum(jnp.log(jnp.diagonal(L)))
            K = jax.scipy.linalg.cho_solve((L, True), PC.T).T
        else:
            u, log_det, K = jnp.linalg.solve(S, v), jnp.linalg.slogdet(S)[1], jnp.linalg.solve(S, PC.T).T
        lp = -0.5 * (v @ u + log_det) - math.log(2 * math.pi)
        return (A @ (x + K @ v), A @ (P - K @ PC.T) @ A.T + Q), lp

    return jnp.sum(lax.scan(step, (jnp.zeros(D, dt), jnp.eye(D, dtype=dt)), y, unroll=UNROLL)[1])


f = jax.jit(jax.value_and_grad(density))
def run(): return jax.block_until_ready(f(p0))
r, c = timed_first(run)
bench(run, workload="kalman", peer=f"jax {jax.__version__} {FORM} unroll={UNROLL}", work=1, unit="gradients/s", compile_s=c, check=f"log density {float(r[0]):.6f}", reps=15, budget=10)
