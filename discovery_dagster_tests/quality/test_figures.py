from quality.figures import Comparison, Figure, print_section


def test_what_was_found_beside_what_is_true_has_precision_and_recall():
    compared = Comparison(frozenset("abcd"), frozenset("abe"))
    assert (compared.precision, compared.recall) == (0.5, 2 / 3)
    assert Comparison(frozenset(), frozenset("a")).recall == 0


def test_a_section_with_a_figure_below_its_target_is_not_good(capsys):
    good, bad = Figure("a", "recall", 0.95, 0.95), Figure("b", "recall", 0.9, 0.95)
    assert print_section("Edges", [good])
    assert not print_section("Edges", [good, bad])
    assert "| b | recall | 0.900 | 0.95 | **too low**  |" in capsys.readouterr().out
