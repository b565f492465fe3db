"""Vectorised GEOS (shapely 2) as a peer of the overlay benchmark.

Arguments: parcels.tsv zones.tsv one_in large_vertices. Reads `number TAB vertices TAB WKB in hex`, builds the tree, finds the
pairs, takes whole parcels where the prepared zone covers them and intersects the others, 20,000 pairs at a time so that the
results need not all be in memory. Prints one line of JSON; loading is timed apart.
"""

import json
import resource
import sys
import time

import numpy
import shapely


def load(path, one_in=1, large=0):
    hexes = []
    with open(path) as lines:
        for line in lines:
            number, vertices, wkb = line.rstrip("\n").split("\t")
            if one_in == 1 or int(vertices) >= large or int(number) % one_in == 0:
                hexes.append((int(vertices), wkb))
    sizes = numpy.array([vertices for vertices, _ in hexes])
    return sizes, shapely.from_wkb([wkb for _, wkb in hexes])


def overlay(parcels, zones):
    began_cpu, began = time.process_time(), time.perf_counter()
    tree = shapely.STRtree(zones)
    shapely.prepare(zones)
    left, right = tree.query(parcels, predicate="intersects")
    covered = shapely.covers(zones[right], parcels[left])
    areas = numpy.zeros(len(left))
    areas[covered] = shapely.area(parcels[left[covered]])
    rest = numpy.flatnonzero(~covered)
    for at in range(0, len(rest), 20000):
        part = rest[at : at + 20000]
        areas[part] = shapely.area(shapely.intersection(parcels[left[part]], zones[right[part]]))
    return time.process_time() - began_cpu, time.perf_counter() - began, int((areas > 5e-7).sum()), float(areas.sum())


parcels_path, zones_path, one_in, large = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
_, zones = load(zones_path)
sizes, parcels = load(parcels_path, one_in, large)
if one_in == 1:
    cpu, wall, pairs, area = overlay(parcels, zones)
else:
    first = overlay(parcels[sizes >= large], zones)
    second = overlay(parcels[sizes < large], zones)
    cpu, wall, pairs, area = (a + one_in * b for a, b in zip(first, second))
print(
    json.dumps(
        {
            "cpuSeconds": cpu,
            "wallSeconds": wall,
            "pairs": pairs,
            "squareMetres": area,
            "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            "version": f"shapely {shapely.__version__}, GEOS {shapely.geos_version_string}",
        }
    )
)
