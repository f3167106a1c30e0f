import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.monitors.judge import Agreement, cohen_kappa, krippendorff_alpha


def raters(*rows: str) -> list[dict[int, str]]:
    """Raters as rows of labels, a dot where one passed a unit over."""
    return [{unit: label for unit, label in enumerate(row.split()) if label != "."} for row in rows]


def test_alpha_of_four_observers_with_missing_values_is_krippendorffs() -> None:
    """Krippendorff (2011), section C: nominal data, any number of observers, missing values: .743."""
    found = krippendorff_alpha(
        raters("1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 .")
    )
    assert found.alpha == pytest.approx(0.743, abs=0.0005)
    assert (found.units, found.values) == (11, 40)


def test_alpha_of_two_observers_is_krippendorffs() -> None:
    """Krippendorff (2011), sections A (binary: .095) and B (nominal: .692)."""
    assert krippendorff_alpha(raters("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0")).alpha == pytest.approx(0.095, abs=0.0005)
    two = raters("a a b b d c c c e d d a", "b a b b b c c c e d d d")
    assert krippendorff_alpha(two).alpha == pytest.approx(0.692, abs=0.0005)


def test_kappa_is_cohens() -> None:
    """Cohen (1960), Table 1: three categories, 200 patients, kappa .492."""
    table = {("a", "a"): 88, ("a", "b"): 14, ("a", "c"): 18, ("b", "a"): 10, ("b", "b"): 40, ("b", "c"): 10}
    table |= {("c", "a"): 2, ("c", "b"): 6, ("c", "c"): 12}
    pairs = [pair for pair, count in table.items() for _ in range(count)]
    first, second = dict(enumerate(p[0] for p in pairs)), dict(enumerate(p[1] for p in pairs))
    assert cohen_kappa(first, second) == pytest.approx(0.492, abs=0.0005)


def test_what_cannot_be_told_is_not_one_or_zero() -> None:
    assert krippendorff_alpha([]) == Agreement(alpha=None, units=0, values=0)
    assert krippendorff_alpha(raters("1 2", ". .")).alpha is None
    assert krippendorff_alpha(raters("1 1", "1 1")).alpha is None, "one label only: chance alone agrees as well"
    assert cohen_kappa({1: "a"}, {2: "a"}) is None
    assert cohen_kappa({1: "a"}, {1: "a"}) is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=2, max_size=40), st.permutations("abc"))
def test_agreement_knows_neither_the_names_of_labels_nor_the_order_of_raters(
    pairs: list[tuple[str, str]], other: list[str]
) -> None:
    rename = dict(zip("abc", other, strict=True))
    first, second = dict(enumerate(p[0] for p in pairs)), dict(enumerate(p[1] for p in pairs))
    again = [{unit: rename[label] for unit, label in rater.items()} for rater in (second, first)]
    one, two = krippendorff_alpha([first, second]).alpha, krippendorff_alpha(again).alpha
    assert (one is None) == (two is None)
    assert one is None or two is None or (math.isclose(one, two, abs_tol=1e-12) and one <= 1)
    if all(a == b for a, b in pairs) and len(set(pairs)) > 1:
        assert one == 1
