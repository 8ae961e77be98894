"""One replica of logistic SGF on a Gaussian design that is never stored, in NumPy: float32 bases, float64 coordinates.

    python3 dice.py --d 100000 --n 150000 --steps 100 [--threads 2] [--repeats 2]

The same reduction as the program's (docs/concepts/unstored-designs.md): images of theta's directions, an orthonormal basis of the
forces' directions with one correction, and a chi variable in place of every vector of dimension d. Prints a JSON line.
"""
import argparse
import json
import os
import time

parser = argparse.ArgumentParser()
parser.add_argument("--d", type=int, default=100_000)
parser.add_argument("--n", type=int, default=150_000)
parser.add_argument("--steps", type=int, default=100)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--repeats", type=int, default=2)
args = parser.parse_args()
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(args.threads)

import numpy as np  # noqa: E402  (after the thread counts)

SLOPE, RIDGE, TAU, STEP = 3.0, 0.1, 4.0, 0.2


def run(d, n, K, seed):
    g = np.random.default_rng(seed)
    delta = n / d
    A = np.empty((K + 2, n), np.float32)  # images sqrt(d) X v_j
    U = np.empty((K, n), np.float32)  # directions of the forces
    T = np.zeros((K, K + 2))
    A[0] = g.standard_normal(n, dtype=np.float32)
    A[1] = g.standard_normal(n, dtype=np.float32)
    y = np.where(g.random(n) < 1 / (1 + np.exp(-SLOPE * A[0])), 1, -1).astype(np.float32)
    theta = np.zeros(K + 2)
    theta[1] = 1
    spread = np.float32(np.sqrt(TAU * delta * STEP))
    for k in range(K):
        right = k + 2
        r = theta[:right].astype(np.float32) @ A[:right]
        f = g.standard_normal(n, dtype=np.float32)
        f *= spread
        f += np.float32(STEP)
        f *= y
        f /= np.float32(-delta) * (1 + np.exp(y * r))
        along = U[:k] @ f
        f -= along @ U[:k]
        again = U[:k] @ f
        f -= again @ U[:k]
        length = np.linalg.norm(f)
        U[k] = f / length
        T[k, :right] = A[:right] @ U[k]
        T[k, right] = np.sqrt(g.chisquare(d - right))
        theta *= 1 - RIDGE * STEP
        theta -= ((along + again) @ T[:k] + length * T[k]) / d
        z = g.standard_normal(n, dtype=np.float32)
        z -= (U[: k + 1] @ z) @ U[: k + 1]
        A[right] = z + np.float32(T[k, right]) * U[k]
    return float(np.sum(theta**2))


seconds, q = [], []
for repeat in range(args.repeats):
    start = time.perf_counter()
    q.append(run(args.d, args.n, args.steps, repeat))
    seconds.append(time.perf_counter() - start)
print(json.dumps({"d": args.d, "n": args.n, "K": args.steps, "q": q[0], "seconds": seconds}))
