"""Several values after one flag."""

import pytest

from throughline.argv import spread

SEVERAL, SINGLE = {"--by", "--where"}, {"--format", "--home"}


def spread_text(text: str, needs: int = 1) -> str:
    return " ".join(spread(text.split(), SEVERAL, SINGLE, needs))


@pytest.mark.parametrize(
    ("given", "parsed"),
    [
        ("otif --by segment family", "otif --by segment --by family"),
        ("otif --by segment --by family", "otif --by segment --by family"),
        ("otif --by=segment family", "otif --by segment --by family"),
        ("otif --where segment=Key segment= --format json", "otif --where segment=Key --where segment= --format json"),
        ("otif --by segment --json --where a=b c=d", "otif --by segment --json --where a=b --where c=d"),
        ("otif --where amount=-5 -", "otif --where amount=-5 --where -"),
        ("otif --by", "otif --by"),
        ("--format json otif --by a b", "--format json otif --by a --by b"),
    ],
)
def test_every_value_gets_its_own_flag(given, parsed):
    assert spread_text(given) == parsed


def test_the_last_value_of_a_list_is_the_id_when_no_id_was_given_before():
    assert spread_text("--by segment otif") == "otif --by segment"
    assert spread_text("--by segment family otif --format json") == "otif --by segment --by family --format json"


def test_one_value_alone_is_not_taken_for_the_id():
    assert spread_text("--by otif") == "--by otif"


def test_a_value_of_a_single_flag_is_not_the_id():
    assert spread_text("--format json --by segment otif") == "otif --format json --by segment"


def test_nothing_after_two_dashes_is_rewritten():
    assert spread_text("otif --by a b -- --by c d") == "otif --by a --by b -- --by c d"


def test_without_a_list_the_line_stays_as_it_is():
    assert spread_text("otif --home here --format csv") == "otif --home here --format csv"
