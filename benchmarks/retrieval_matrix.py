"""The embedded index alone, without a database: python -m benchmarks.retrieval_matrix [CHUNKS …].

Made-up embeddings (benchmarks/retrieval_scale.py). CPU is what to believe of a machine that does
other things as well: this thread's, since what compares all vectors leaves others that spin.
"One in ten" are questions with a filter that lets so many through.
"""

import os
import resource
import statistics
import sys
import time

import numpy as np

from benchmarks.measuring import table_row
from benchmarks.retrieval_scale import BATCH, DIMENSION, points

QUESTIONS, WANTED, TOP = 30, 100, 10


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from retrieval.indexes.embedded import Matrix, appended
    from retrieval.indexes.signs import signs_of

    print("| chunks | p50, ms | CPU, ms | one in ten, CPU ms | recall@10 | of 100 | MiB |")
    print("|---|---|---|---|---|---|---|")
    for count in map(int, sys.argv[1:] or ("100000", "1000000")):
        vectors = room = np.empty((0, DIMENSION), np.float32)
        signs = signs_room = signs_of(vectors)
        for start in range(0, count, BATCH):
            more = points(min(BATCH, count - start))
            vectors, room = appended(vectors, more, room, count)
            signs, signs_room = appended(signs, signs_of(more), signs_room, count)
        ids = np.arange(count)
        matrix = Matrix("made up", 1, ids, vectors, room, signs, signs_room)
        walls, cpus, filtered, best, most = [], [], [], [], []
        for point in points(QUESTIONS):
            exact = np.argsort(-(vectors @ point))[:WANTED]
            wall, cpu = time.perf_counter(), time.thread_time()
            found = matrix.nearest(point, WANTED, None)
            walls.append((time.perf_counter() - wall) * 1000)
            cpus.append((time.thread_time() - cpu) * 1000)
            best.append(len({*exact[:TOP].tolist()} & {*found[:TOP]}) / TOP)
            most.append(len({*exact.tolist()} & {*found}) / WANTED)
            cpu = time.thread_time()
            matrix.nearest(point, WANTED, ids[3::10])
            filtered.append((time.thread_time() - cpu) * 1000)
        times = [f"{statistics.median(ms):.1f}" for ms in (walls, cpus, filtered)]
        recalls = [f"{statistics.mean(shares):.3f}" for shares in (best, most)]
        mebibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(table_row(f"{count:,}", *times, *recalls, f"{mebibytes:.0f}"), flush=True)


if __name__ == "__main__":
    main()
