"""What the benchmarks say of what they measured: a figure must not look better than it is."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "Benchmarks"))
from figures import FIGURES, Figure, Rows, at, standing  # noqa: E402
from instructions import costs  # noqa: E402


def rows(**cpu):
    """A row a round for each target."""
    return Rows([{"round": number, "case": "json", "target": target, "cpu_us_per_request": value}
                 for target, values in cpu.items() for number, value in enumerate(values)])


def figure(name):
    return next(figure for figure in FIGURES if figure.name.startswith(name))


@pytest.mark.parametrize("ours, judged, reached", [
    ([30, 60, 29], 3.0, "at least"),
    ([31, 60, 32], 3.2, ""),
    ([20, 20, 20], 2.0, "aim"),
    ([15, 15, 90], 1.5, "moonshot"),
])
def test_a_ratio_is_the_median_of_the_rounds(ours, judged, reached):
    found = standing(figure("CPU per non-stream request, 32"), rows(nginx=[10, 10, 10], minitoolai=ours))
    assert (found.judged, found.reached) == (judged, reached)


def test_more_requests_are_better_and_fewer_microseconds_are():
    more = Figure("settled", "json", at("cpu_us_per_request"), (10, 20, None), more_is_better=True)
    assert standing(more, rows(minitoolai=[19])).reached == "at least"
    less = Figure("taken", "json", at("cpu_us_per_request"), (10, 5, None))
    assert standing(less, rows(minitoolai=[19])).reached == ""


def test_what_was_not_measured_has_no_standing():
    assert all(standing(figure, Rows([])) is None for figure in FIGURES)


def test_added_latency_is_that_of_the_same_round():
    def row(target, number, us):
        return {"round": number, "case": "open", "target": target, "latency_us": {"p50": us, "p99": us, "p999": us}}

    found = standing(figure("added latency at 500 requests/s, p50"), Rows(
        [row("direct", 0, 100), row("minitoolai", 0, 400), row("direct", 1, 900), row("minitoolai", 1, 1300)]))
    assert found.among == pytest.approx([0.3, 0.4])


def test_the_cost_of_a_function_leaves_out_what_it_called(tmp_path):
    dump = tmp_path / "counted.1"
    dump.write_text("events: Ir\nfn=(1) outer\n10 5\ncfn=(2) inner\ncalls=1 20\n+1 100\n* 2\n\nfn=(2)\n20 90\n+1\n-1 10\n")
    assert costs(dump) == {"outer": 7, "inner": 100}
