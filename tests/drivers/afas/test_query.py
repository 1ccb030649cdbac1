"""What is asked of a GetConnector, as the query of an address."""

import json
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inregel.drivers.afas.query import (
    MOST_ROWS,
    MOST_SIGNS,
    Alternative,
    Condition,
    Operator,
    Question,
    TooLong,
    queries,
    query,
)


def asked(*alternatives: Alternative, order: tuple[str, ...] = ("Account",)) -> dict[str, str]:
    """The parts of the query of one page."""
    found = parse_qs(query(Question("X", order, alternatives), alternatives, 0), keep_blank_values=True)
    assert all(len(values) == 1 for values in found.values())
    return {name: values[0] for name, values in found.items()}


def test_a_page_has_an_order_and_never_all_rows() -> None:
    assert asked(order=("Account", "-Type")) == {"skip": "0", "take": "1000", "orderbyfieldids": "Account,-Type"}
    assert "skip=2000&take=1000" in query(Question("X", ("A",)), (), 2000)


def test_a_question_without_an_order_cannot_be_asked() -> None:
    with pytest.raises(ValueError, match="without an order overlap"):
        query(Question("X", ()), (), 0)


def test_conditions_hold_together_and_alternatives_apart() -> None:
    both = (Condition("a", "1"), Condition("b", "2", Operator.CONTAINS))
    assert asked(both) | asked(both, (Condition("c", ""),)) == {
        "skip": "0",
        "take": "1000",
        "orderbyfieldids": "Account",
        "filterfieldids": "a,b;c",
        "filtervalues": "1,2;",
        "operatortypes": "1,6;1",
    }


@pytest.mark.parametrize("operator", Operator)
def test_every_operator_has_the_number_of_afas(operator: Operator) -> None:
    assert asked((Condition("a", "x", operator),))["operatortypes"] == str(list(Operator).index(operator) + 1)
    names = "EQUAL AT_LEAST AT_MOST MORE LESS CONTAINS UNEQUAL EMPTY NOT_EMPTY BEGINS CONTAINS_NOT BEGINS_NOT ENDS"
    assert [each.name for each in Operator] == [*names.split(), "ENDS_NOT", "QUICK"]


def test_a_value_with_a_separator_is_asked_as_json() -> None:
    found = asked((Condition("Name", "Jansen, A.; B."), Condition("b", "é&=#")), (Condition("c", "x", Operator.ENDS),))
    assert json.loads(found["filterjson"]) == {
        "Filters": {
            "Filter": [
                {
                    "@FilterId": "Filter 1",
                    "Field": [
                        {"@FieldId": "Name", "@OperatorType": "1", "#text": "Jansen, A.; B."},
                        {"@FieldId": "b", "@OperatorType": "1", "#text": "é&=#"},
                    ],
                },
                {"@FilterId": "Filter 2", "Field": [{"@FieldId": "c", "@OperatorType": "13", "#text": "x"}]},
            ]
        }
    }
    assert "filterfieldids" not in found


@given(st.lists(st.text(min_size=1, max_size=60), max_size=80, unique=True))
def test_many_alternatives_become_as_few_queries_as_can_hold_them(names: list[str]) -> None:
    question = Question("X", ("UserId",), tuple((Condition("UserId", name),) for name in names))
    parts = list(queries(question))
    assert [each for part in parts for each in part] == list(question.alternatives)
    assert all(len(query(question, part, MOST_ROWS)) <= MOST_SIGNS for part in parts)
    for part, following in zip(parts, parts[1:], strict=False):
        assert len(query(question, [*part, following[0]], MOST_ROWS)) > MOST_SIGNS


def test_a_value_that_no_query_can_hold_is_refused() -> None:
    with pytest.raises(TooLong, match=r"longer than AFAS takes \(2049\)"):
        list(queries(Question("X", ("A",), ((Condition("A", "x" * 2000),),))))
