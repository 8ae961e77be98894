"""The DMFT sweep of logistic SGF as a good NumPy user would write it: float32 paths, responses by Gaussian parts.

    python3 dmft.py [--paths 200000] [--threads 2] [--repeats 5]

Checks its answer, q(12) = 2.883, and prints one JSON line: seconds of whole sweeps (random numbers included), and of the
floor, one read of the path arrays for each of the four products that a step needs.
"""
import argparse
import json
import os
import time

parser = argparse.ArgumentParser()
parser.add_argument("--paths", type=int, default=200_000)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--repeats", type=int, default=5)
args = parser.parse_args()
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[name] = str(args.threads)

import numpy as np  # noqa: E402  (after the thread counts)
from scipy.linalg import solve_triangular  # noqa: E402

SLOPE, RIDGE, DELTA, TAU, D, K, N = 3.0, 0.1, 2.0, 4.0, 0.2, 60, args.paths


g = np.empty((K + 1, N), np.float32)  # row 0 is w*, row k+1 the innovation of w^k
f = np.empty((K, N), np.float32)


def sweep(seed):
    """q at steps 0..K; overwrites g and f."""
    rng = np.random.default_rng(seed)
    rng.standard_normal(out=g[0], dtype=np.float32)
    y = np.where(rng.random(N, dtype=np.float32) < 1 / (1 + np.exp(-SLOPE * g[0])), 1, -1).astype(np.float32)
    L = np.zeros((K + 1, K + 1))
    L[0, 0] = 1
    C, m = np.zeros((K + 1, K + 1)), np.zeros(K + 1)
    Rth, Rf, Cf = np.zeros((K + 1, K)), np.zeros((K, K)), np.zeros((K, K))
    C[0, 0] = 1
    for k in range(K):
        # The next row of the Cholesky factor of cov(w*, w^0, .., w^k), and the paths w^k and r^k.
        row = np.concatenate(([m[k]], C[k, :k]))
        L[k + 1, :k + 1] = solve_triangular(L[:k + 1, :k + 1], row, lower=True)
        L[k + 1, k + 1] = np.sqrt(C[k, k] - L[k + 1, :k + 1] @ L[k + 1, :k + 1])
        rng.standard_normal(out=g[k + 1], dtype=np.float32)
        r = L[k + 1, :k + 2].astype(np.float32) @ g[:k + 2]
        if k:
            r -= Rth[k, :k].astype(np.float32) @ f[:k]
        r *= y
        np.exp(r, out=r)
        r += 1
        loss_slope = np.divide(-y, r, out=r)  # l = -y s(-y r)
        zeta = rng.standard_normal(out=f[k], dtype=np.float32)
        zeta *= np.float32(np.sqrt(TAU * DELTA * D) / DELTA)
        zeta += np.float32(D / DELTA)
        # Responses, force covariance, and the next rows of R_theta, m, C.
        parts = D * (g[:k + 2] @ loss_slope).astype(float) / N
        response = solve_triangular(L[:k + 2, :k + 2], parts, lower=True, trans="T")
        star, Rf[k, :k + 1] = response[0], response[1:]
        if k:
            Cf[k, :k] = D * (f[:k] @ loss_slope).astype(float) / N
        Cf[k, k] = (D * D / DELTA + TAU * D) * float(loss_slope @ loss_slope) / N
        zeta *= loss_slope  # f^k
        Rth[k + 1, :k] = (1 - RIDGE * D) * Rth[k, :k] - Rf[k, :k + 1] @ Rth[:k + 1, :k]
        Rth[k + 1, k] = 1
        m[k + 1] = (1 - RIDGE * D) * m[k] - Rf[k, :k + 1] @ m[:k + 1] - star
        C[k + 1, :k + 1] = ((1 - RIDGE * D) * C[k, :k + 1] - Rf[k, :k + 1] @ C[:k + 1, :k + 1] - star * m[:k + 1]
                            + Rth[:k + 1, :k + 1] @ Cf[k, :k + 1])
        C[:k + 1, k + 1] = C[k + 1, :k + 1]
        C[k + 1, k + 1] = ((1 - RIDGE * D) * C[k, k + 1] - Rf[k, :k + 1] @ C[:k + 1, k + 1] - star * m[k + 1]
                           + Rth[k + 1, :k + 1] @ Cf[k, :k + 1])
    return np.diag(C)


def floor():
    """Reads what the four products of each step read, with OpenBLAS's dot product."""
    start = time.perf_counter()
    for k in range(K):
        for flat in 2 * (g[:k + 2].reshape(-1), f[:k].reshape(-1)):
            np.dot(flat, flat)
    return time.perf_counter() - start


q = np.mean([sweep(seed)[K] for seed in range(4)])
if not abs(q - 2.883) < 0.02:
    raise SystemExit(f"wrong answer: q(12) = {q:.4f}, expected 2.883")
seconds, floors = [], []
for repeat in range(args.repeats):
    start = time.perf_counter()
    sweep(10 + repeat)
    seconds.append(round(time.perf_counter() - start, 4))
    floors.append(round(floor(), 4))
print(json.dumps({"peer": "numpy-dmft", "paths": N, "K": K, "threads": args.threads, "q": round(float(q), 4),
                  "seconds_median": float(np.median(seconds)), "seconds": seconds, "floor_median": float(np.median(floors))}))
