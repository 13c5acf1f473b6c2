#!/usr/bin/env python3
"""The peers' side of `make bench-peers`: what benches/peers.rs does, done by the libraries that others would take.

usage: peers.py compare FOLDER            the result of every row, of the inputs in FOLDER, beside ours there; one line each,
                                          the row and a tab before it; exits 1 where they are not of the same thing
       peers.py time ROW SECONDS FOLDER   the nanoseconds of single calls, one a line, for so many seconds

Runs in the private environment of scripts/bench_peers.py. One thread each. A row is named as in benches/peers.rs; a peer
beside the first has its name behind a dot ("sort_500.moocore").
"""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

FOLDER = Path(".")
Row = tuple[Callable[[], object], Callable[[object], object]]


def read(name: str, columns: int = 1) -> np.ndarray:
    values = np.fromfile(FOLDER / f"{name}.f64", dtype="<f8")
    return values if columns == 1 else values.reshape(-1, columns)


def tree():
    from sklearn.tree import DecisionTreeRegressor

    # Features as scikit-learn keeps them, so that it need not convert them at each call.
    table = np.ascontiguousarray(read("table", 5), dtype=np.float32)
    return DecisionTreeRegressor(random_state=1), table, read("error")


def tree_fit() -> Row:
    model, table, error = tree()
    return (lambda: model.fit(table, error)), lambda fitted: [*fitted.predict(table), fitted.get_n_leaves()]


def tree_predict() -> Row:
    model, table, error = tree()
    model.fit(table, error)
    queries = np.ascontiguousarray(read("queries", 5), dtype=np.float32)
    return (lambda: model.predict(queries)), lambda values: values


def linear(model) -> Row:
    cells, times = read("cells", 11), read("times")
    return (lambda: model.fit(cells, times)), lambda fitted: [*fitted.coef_, fitted.intercept_]


def ridge_fit() -> Row:
    from sklearn.linear_model import Ridge

    return linear(Ridge(alpha=0.1))


def nnls_intercept() -> Row:
    from sklearn.linear_model import LinearRegression

    return linear(LinearRegression(positive=True))


def nnls_zero() -> Row:
    from scipy.optimize import nnls

    cells, times = read("cells", 11), read("times")
    return (lambda: nnls(cells, times)), lambda fitted: [*fitted[0], 0.0]


def lasso_fit() -> Row:
    from sklearn.linear_model import Lasso

    return linear(Lasso(alpha=0.001, positive=True))


def linear_predict() -> Row:
    from sklearn.linear_model import Ridge

    fitted = Ridge(alpha=0.1).fit(read("cells", 11), read("times"))
    candidates, coefficients, intercept = read("candidates", 11), fitted.coef_.copy(), float(fitted.intercept_)
    return (lambda: candidates @ coefficients + intercept), lambda values: values


def xgboost_fit() -> Row:
    import xgboost

    cells, times = read("cells", 11), read("times")
    settings = {
        "objective": "reg:squarederror", "tree_method": "hist", "nthread": 1, "seed": 0, "verbosity": 0,
        "min_child_weight": 1, "gamma": 0, "learning_rate": 0.1, "max_depth": 9,
    }  # fmt: skip
    table = lambda: xgboost.DMatrix(cells, label=times, nthread=1)  # noqa: E731
    return (lambda: xgboost.train(settings, table(), 100)), lambda fitted: fitted.predict(table())


def front() -> Row:
    import moocore

    points = np.column_stack([-read("accuracy"), read("time")])

    def best(keep: object) -> object:
        places = np.flatnonzero(keep)
        return places[np.argsort(points[places, 0], kind="stable")][:256]

    return (lambda: moocore.is_nondominated(points)), best


def sort_pymoo(name: str) -> Row:
    from pymoo.functions import is_compiled
    from pymoo.util.nds.non_dominated_sorting import NonDominatedSorting

    assert is_compiled(), "pymoo without its compiled modules"
    points, sorting = read(name, 3), NonDominatedSorting()
    return (lambda: sorting.do(points, return_rank=True)), lambda result: result[1]


def sort_moocore(name: str) -> Row:
    import moocore

    points = read(name, 3)
    return (lambda: moocore.pareto_rank(points)), lambda ranks: ranks


def hypervolume() -> Row:
    import moocore

    plane, reference = read("plane", 3), np.full(3, 1.1)
    return (lambda: moocore.hypervolume(plane, ref=reference)), lambda volume: [volume]


def search() -> Row:
    """The search of EcoNAS written with pymoo's NSGA-II and scikit-learn's trees, a generation predicted at once."""
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.core.crossover import Crossover
    from pymoo.core.duplicate import NoDuplicateElimination
    from pymoo.core.mutation import Mutation
    from pymoo.core.problem import Problem
    from pymoo.core.sampling import Sampling
    from pymoo.optimize import minimize
    from sklearn.tree import DecisionTreeRegressor

    table = np.ascontiguousarray(read("table", 5), dtype=np.float32)
    targets = [read(name) for name in ("error", "similarity", "multiply_adds")]
    draw = random.Random(1)

    def column(genotypes: list[list[int]]) -> np.ndarray:
        values = np.empty((len(genotypes), 1), dtype=object)
        values[:, 0] = genotypes
        return values

    class Sample(Sampling):
        def _do(self, problem, n_samples, **_):
            return column([[draw.randint(10, 200) for _ in range(draw.randint(3, 20))] for _ in range(n_samples)])

    class Cut(Crossover):
        def __init__(self):
            super().__init__(2, 1, prob=0.5)

        def _do(self, problem, X, **_):
            children = []
            for first, second in zip(X[0, :, 0], X[1, :, 0]):
                cut = draw.randint(1, min(len(first), len(second)))
                children.append(first[:cut] + second[cut:])
            return column(children)[None]

    class Change(Mutation):
        def __init__(self):
            super().__init__(prob=0.5)

        def _do(self, problem, X, **_):
            changed = [list(genotype) for genotype in X[:, 0]]
            for genotype in changed:
                layer = draw.randrange(len(genotype))
                if len(genotype) > 3 and draw.random() < 0.5:
                    del genotype[layer]
                else:
                    genotype[layer] = draw.randint(10, 200)
            return column(changed)

    class Predicted(Problem):
        def __init__(self, trees):
            super().__init__(n_var=1, n_obj=3)
            self.trees = trees

        def _evaluate(self, X, out, *_, **__):
            rows = np.array([
                (len(g), (mean := sum(g) / len(g)), max(g), min(g), sum((w - mean) ** 2 for w in g) / len(g))
                for g in X[:, 0]
            ], dtype=np.float32)  # fmt: skip
            out["F"] = np.column_stack([tree.predict(rows) for tree in self.trees])

    def run():
        trees = [DecisionTreeRegressor(random_state=1).fit(table, target) for target in targets]
        algorithm = NSGA2(
            pop_size=250, sampling=Sample(), crossover=Cut(), mutation=Change(),
            eliminate_duplicates=NoDuplicateElimination(),
        )  # fmt: skip
        # pymoo counts the sample as a generation.
        return minimize(Predicted(trees), algorithm, ("n_gen", 16), seed=1, verbose=False)

    return run, lambda result: result.pop.get("F").flatten()


def bootstrap() -> Row:
    from scipy.stats import bootstrap as of

    sample, draw = read("sample"), np.random.default_rng(1)
    run = lambda: of((sample,), np.mean, n_resamples=2000, method="percentile", rng=draw)  # noqa: E731
    return run, lambda result: [*result.confidence_interval]


ROWS: dict[str, Callable[[], Row]] = {
    "tree_fit": tree_fit,
    "tree_predict": tree_predict,
    "ridge_fit": ridge_fit,
    "nnls_zero": nnls_zero,
    "nnls_intercept": nnls_intercept,
    "lasso_fit": lasso_fit,
    "linear_predict": linear_predict,
    "xgboost_fit": xgboost_fit,
    "front": front,
    "sort_500": lambda: sort_pymoo("few"),
    "sort_500.moocore": lambda: sort_moocore("few"),
    "sort_5000": lambda: sort_pymoo("many"),
    "sort_5000.moocore": lambda: sort_moocore("many"),
    "hypervolume": hypervolume,
    "search": search,
    "bootstrap": bootstrap,
}


def difference(name: str, ours: np.ndarray, theirs: np.ndarray) -> tuple[bool, str]:
    """Whether both computed the same thing, and how far they are apart."""
    if ours.shape != theirs.shape:
        return False, f"{ours.size} numbers of ours, {theirs.size} of theirs"
    if name == "tree_predict":
        # Equally good splits fall to chance in scikit-learn, and below them most small nodes have some.
        same = float(np.mean(np.isclose(ours, theirs, rtol=1e-9)))
        apart = abs(ours.mean() - theirs.mean()) / theirs.std()
        return same > 0.5 and apart < 0.05, f"{same:.0%} equal (ties), means {apart:.3f} standard deviations apart"
    if name == "search":
        best = [values.reshape(-1, 3).min(axis=0) for values in (ours, theirs)]
        apart = float(np.max(np.abs(best[0] - best[1]) / np.ptp(theirs.reshape(-1, 3), axis=0)))
        return apart < 0.05, f"best of each objective within {apart:.1%} of its range (other draws)"
    apart = float(np.max(np.abs(ours - theirs)) / np.max(np.abs(theirs)))
    if name == "bootstrap":
        return apart < 0.1, f"within {apart:.1%} (other draws)"
    return apart < 1e-6, "equal" if apart == 0 else f"within {apart:.0e}"


def compare() -> None:
    fits = True
    for name, make in ROWS.items():
        run, numbers = make()
        theirs = np.asarray(numbers(run()), dtype="<f8")
        same, text = difference(name, read(f"ours-{name.split('.')[0]}"), theirs)
        print(f"{name}\t{text}", flush=True)
        fits &= same
    sys.exit(0 if fits else 1)


def main() -> None:
    global FOLDER
    FOLDER = Path(sys.argv[-1])
    if sys.argv[1] == "compare":
        return compare()
    run, _ = ROWS[sys.argv[2]]()
    run()
    taken, end = [], time.perf_counter() + float(sys.argv[3])
    while time.perf_counter() < end:
        start = time.perf_counter_ns()
        run()
        taken.append(time.perf_counter_ns() - start)
    print("\n".join(map(str, taken)))


if __name__ == "__main__":
    main()
