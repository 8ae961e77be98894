"""What one would write for P replicas of logistic SGF on each of G designs: NumPy, float32, designs in memory.

    python3 shared.py --peer numpy|numpy-batched [--threads 2] [--repeats 3]

`numpy` is a loop over replicas with a product of matrix and vector either way, `numpy-batched` keeps the parameters of a design's replicas as the
columns of a matrix and takes products of matrices. Prints one JSON line with the mean of q = |theta|^2/d at the end.
"""
import argparse
import json
import os
import time

parser = argparse.ArgumentParser()
parser.add_argument("--peer", required=True, choices=["numpy", "numpy-batched"])
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--repeats", type=int, default=3)
args = parser.parse_args()
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(args.threads)

import numpy as np  # noqa: E402  (after the thread counts)

from problem import problem  # noqa: E402

RIDGE, DELTA, TAU, STEP, K = 0.1, 2.0, 4.0, 0.2, 60
SHRINK, SPREAD = np.float32(1 - RIDGE * STEP), np.float32(np.sqrt(TAU * DELTA * STEP))
D, N, G, P = 1000, 2000, 2, 16


def pushes(g, r, label):
    f = g.standard_normal(r.shape, dtype=np.float32)
    f *= SPREAD
    f += np.float32(STEP)
    f *= label
    f /= np.float32(-DELTA) * (1 + np.exp(label * r))
    return f


def run_loop(X, y, theta, seed):
    g = np.random.default_rng(seed)
    out = np.repeat(theta[:, None, :], P, axis=1)
    for x, label, replicas in zip(X, y, out):
        for t in replicas:
            for _ in range(K):
                f = pushes(g, x @ t, label)
                t *= SHRINK
                t -= x.T @ f
    return out


def run_batched(X, y, theta, seed):
    g = np.random.default_rng(seed)
    out = []
    for x, label, start in zip(X, y, theta):
        t = np.repeat(start[:, None], P, axis=1)
        for _ in range(K):
            f = pushes(g, x @ t, label[:, None])
            t *= SHRINK
            t -= x.T @ f
        out.append(t.T)
    return np.stack(out)


run = run_loop if args.peer == "numpy" else run_batched
X, y, theta = problem(D, N, G)
answer = run(X, y, theta, 7)
seconds = []
for repeat in range(args.repeats):
    start = time.perf_counter()
    run(X, y, theta, 8 + repeat)
    seconds.append(round(time.perf_counter() - start, 4))
q = float(np.mean(np.sum(answer.astype(np.float64) ** 2, axis=2) / D))
print(json.dumps({"peer": args.peer, "d": D, "n": N, "G": G, "P": P, "K": K, "q": round(q, 4), "seconds": seconds}), flush=True)
