"""The data that the peers work on; imported after the thread counts are set."""
import numpy as np

SLOPE = 3.0


def problem(d, n, R, seed=1):
    """Designs (R, n, d) of variance 1/d, labels of a noisy teacher, starts of norm 1 orthogonal to the teacher."""
    g = np.random.default_rng(seed)
    X = g.standard_normal((R, n, d), dtype=np.float32)
    X /= np.float32(np.sqrt(d))
    teacher = g.standard_normal((R, d), dtype=np.float32)
    teacher *= np.sqrt(d) / np.linalg.norm(teacher, axis=1, keepdims=True)
    theta = g.standard_normal((R, d), dtype=np.float32)
    theta -= teacher * np.sum(theta * teacher, axis=1, keepdims=True) / d
    theta *= np.sqrt(d) / np.linalg.norm(theta, axis=1, keepdims=True)
    signal = np.einsum("rnd,rd->rn", X, teacher)
    y = np.where(g.random((R, n)) < 1 / (1 + np.exp(-SLOPE * signal)), 1, -1).astype(np.float32)
    return X, y, theta.astype(np.float32)
