"""The benchmarks' report: a run of one part leaves the results of the others alone."""

from bench import report

ORDER = ["import", "lag", "crash"]


def test_a_part_renews_only_its_section(tmp_path):
    path = tmp_path / "results.md"
    report.write("crash", ["## Crash", "all right"], ORDER, path)
    report.write("import", ["## Import", "ratio 0.7"], ORDER, path)
    before = report.read(path)
    report.write("crash", ["## Crash", "all right again"], ORDER, path)
    after = report.read(path)
    assert list(after) == ["import", "crash"]
    assert after["import"] == before["import"]
    assert "all right again" in after["crash"]
    assert path.read_text(encoding="utf-8").count("## Crash") == 1


def test_a_part_that_is_gone_leaves_no_section(tmp_path):
    path = tmp_path / "results.md"
    report.write("old", ["## Old"], ["old"], path)
    report.write("lag", ["## Lag"], ORDER, path)
    assert list(report.read(path)) == ["lag"]


def test_nothing_yet(tmp_path):
    assert report.read(tmp_path / "results.md") == {}
