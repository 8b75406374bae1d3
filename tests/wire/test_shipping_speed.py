"""The cost of a row does not grow with the number of rows."""

from __future__ import annotations

import time
from dataclasses import replace

from ec_addons.ec_shipping_jp.lib import standard
from ec_addons.ec_shipping_jp.lib.issued import read_issued
from ec_addons.ec_shipping_jp.lib.label_file import build
from shipping_samples import rows


def per_row(function, count):
    """Best of three, in CPU seconds per row."""
    best = float("inf")
    for _number in range(3):
        start = time.process_time()
        function(count)
        best = min(best, time.process_time() - start)
    return best / count


def test_labels():
    profile, folds, samples = standard.load("yamato_b2cloud"), standard.folds(), rows()

    def make(count):
        data = [replace(samples[n % 2], key=f"K{n}") for n in range(count)]
        assert build(profile, data, folds).contents

    assert per_row(make, 1000) < 2.5 * per_row(make, 100)


def test_tracking_rows():
    profile = standard.load("yamato_b2cloud_issued")

    def read(count):
        numbers = (10**10 + n for n in range(count))
        lines = [f"S{n:07d},0,0,{no}{no % 7},2026/11/24" for n, no in enumerate(numbers)]
        assert len(read_issued(profile, "\r\n".join(lines).encode())) == count

    assert per_row(read, 1000) < 2.5 * per_row(read, 100)
