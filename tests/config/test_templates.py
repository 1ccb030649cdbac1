"""Templates: the value that each gives, what it may not do, and how mistakes are told."""

import time
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import hostile
from helpers.canary import canary
from inregel.config.expressions import Absent, Problem
from inregel.config.mistakes import Where
from inregel.config.scope import OfficeScope, Shared
from inregel.config.source import Vaulted
from inregel.config.templates import Templates, settle, told
from inregel.contract import Secret
from inregel.secrets.memory import MemorySource

VARS: dict[str, Any] = {
    "plain": "text",
    "number": 12,
    "items_": ["a", "b"],
    "certificate": {"kind": "new", "email": "{{ box }}@b.example", "items": 3},
    "box": "ria",
    "chain": "{{ link }}!",
    "link": "{{ box }}",
    "round1": "{{ round2 }}",
    "round2": "{{ round3 }}",
    "round3": "x{{ round1 }}",
    "token": "{{ secret('api') }}",
    "holder": {"open": "yes", "shut": "{{ secret('missing') }}", "self": "{{ holder.open }}"},
    "uses_item": "{{ item }}?",
    "wrong": "{{ nowhere }}",
    "braces": "{{ '{{ plain }}' }}",
}


def scope(secrets: MemorySource | None = None, **item: Any) -> OfficeScope:
    source = secrets or MemorySource({"api": "v"})

    def secret_of(what: str | Vaulted) -> Secret:
        return source.get(what) if isinstance(what, str) else source.vaulted(what.text, "vaulted")

    shared = Shared(TEMPLATES, [VARS], {"office": {"id": "ede"}}, lambda name: Where("vars.yml", (name,)), secret_of)
    return OfficeScope(shared, None, item)


TEMPLATES = Templates()


def render(text: Any, within: OfficeScope | None = None) -> Any:
    function = TEMPLATES.value(text)
    return text if function is None else settle(function(within or scope()))


def problem(text: Any, within: OfficeScope | None = None) -> Problem:
    with pytest.raises(Problem) as caught:
        render(text, within)
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no template", "no template"),
        ("{{ plain }}", "text"),
        ("{{number}}", 12),
        ("  {{ number }} ", 12),
        ("{{ items_ }}", ["a", "b"]),
        ("{{ certificate.kind }}", "new"),
        ("{{ certificate.items }}", 3),
        ("{{ certificate['email'] }}", "ria@b.example"),
        ("{{ certificate }}", {"kind": "new", "email": "ria@b.example", "items": 3}),
        ("{{ chain }}", "ria!"),
        ("{{ number + 1 }}", 13),
        ("{{ number == 12 }}", True),
        ("{{ items_ + ['c'] }}", ["a", "b", "c"]),
        ("{{ items_ | length }}", 2),
        ("{{ items_ | join(', ') }}", "a, b"),
        ("{{ items_ | map('upper') }}", ["A", "B"]),
        ("{{ items_ | map('upper') | list }}", ["A", "B"]),
        ("{{ nowhere | default('x') }}", "x"),
        ("{{ certificate.nowhere | default([]) }}", []),
        ("{{ nowhere is defined }}", False),
        ("files/{{ office.id }}.abc", "files/ede.abc"),
        ("{{ plain }}{{ number }}", "text12"),
        ("{% if number > 3 %}many{% else %}few{% endif %}", "many"),
        ("{% for x in items_ %}{{ x }};{% endfor %}", "a;b;"),
        ("{{ 'a' ~ number }}", "a12"),
        ("{{ [box, {'k': number}] }}", ["ria", {"k": 12}]),
        ("{{ certificate | dict2items | map(attribute='key') }}", ["kind", "email", "items"]),
        ("{{ [{'key': 'a', 'value': 1}] | items2dict }}", {"a": 1}),
        ("{{ [3, 1, 3] | unique | sort }}", [1, 3]),
        ("{{ [1, 2, 2] | union([3]) }}", [1, 2, 3]),
        ("{{ [1, 2] | difference([2]) }}", [1]),
        ("{{ [1, 2] | intersect([2]) }}", [2]),
        ("{{ [[1], [2, [3]]] | flatten }}", [1, 2, 3]),
        ("{{ {'a': 1} | combine({'b': 2}) }}", {"a": 1, "b": 2}),
        ("{{ 'Yes' | bool }}", True),
        ("{{ (number > 3) | ternary('a', 'b') }}", "a"),
        ("{{ 'a-b' | replace('-', '_') }}", "a_b"),
        ("{{ 'a,b' | split(',') }}", ["a", "b"]),
        ("{{ 'files/a.abc' | basename }}", "a.abc"),
        ("{{ 'files/a.abc' | dirname }}", "files"),
        ("{{ [1, 2] | sum }}", 3),
        ("{{ 1.25 | round(1) }}", 1.2),
        ("{{ none }}", None),
        ("{{ holder.self }}", "yes"),
        ("{{ holder.open ~ '!' }}", "yes!"),
        ("{{ braces }}", "{{ plain }}"),
        ({"a": ["{{ number }}", 1]}, {"a": [12, 1]}),
    ],
)
def test_a_template_gives(text: Any, value: Any) -> None:
    assert render(text) == value


@pytest.mark.parametrize(
    ("text", "message", "instead"),
    [
        ("{{ certifcate }}", "`certifcate` is not defined", "certificate"),
        ("{{ certificate.knid }}", "`certificate.knid` is not defined", "kind"),
        ("{{ certificate['knid'] }}", "`knid` is not defined in this value", "kind"),
        ("{{ plian ~ 'x' }}", "`plian` is not defined", "plain"),
        ("{{ items_ | jion }}", "there is no filter `jion`", "join"),
        ("{{ items_ is lsit }}", "there is no test `lsit`", ""),
        ("{{ plain", "this template is not complete or not right: "
         "unexpected end of template, expected 'end of print statement'.", ""),
        ("{{ 1 / 0 }}", "this template fails: division by zero", ""),
        ("x {{ items_ }}", "a list stands inside a longer text; "
         "write what of it is meant, such as `x | join(', ')`", ""),
        ("x {{ certificate }}", "a mapping stands inside a longer text; "
         "write what of it is meant, such as `x | join(', ')`", ""),
        ("{{ ''.__class__ }}", "`__class__` cannot be used in a template", ""),
        ("{{ items_.append(1) }}", "`append` cannot be used in a template", ""),
        ("{{ secret }}", "`secret` needs a name: `secret('NAME')`", ""),
        ("{{ '%s' % plain }}", "`%` does not put values into text here; write `'text ' ~ value`", ""),
        ("{% macro a() %}{% endmacro %}", "`macro` cannot be used in a template", ""),
        ("{% include 'x' %}", "`include` cannot be used in a template", ""),
        ("{{ lipsum() }}", "`lipsum` is not defined", ""),
    ],
)  # fmt: skip
def test_a_mistake_in_a_template_is_told_with_what_is_near(text: str, message: str, instead: str) -> None:
    found = problem(text)
    said = told(found, scope().names())
    assert said[0] == message
    assert instead == "" or said[1] == instead


BOMBS = {
    "{{ 'a' * 10**9 }}": "more than 10,000 repetitions",
    "{{ [0] * 10**9 }}": "more than 10,000 repetitions",
    "{{ 10**9 * 'a' }}": "more than 10,000 repetitions",
    "{{ 9 ** (9 ** 9) }}": "a power that large",
    "{{ (9 ** 1000) * (9 ** 1000) }}": "a number that large",
    "{{ range(10**9) | list }}": "a range of more than 10,000 numbers",
    "{{ range(10**30) | list }}": "a range of more than 10,000 numbers",
    "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}": "more work than a template may do",
    "{% for a in range(9999) %}{{ range(9999) | sort | length }}{% endfor %}": "more work than a template may do",
    "{{ range(9999) | list" + " | sort" * 100 + " }}": "more work than a template may do",
    "{{ ('a' * 9999) | replace('a', 'b' * 9999) }}": "a text of more than 1,000,000 characters",
    "{{ (['a' * 9999] * 9999) | join }}": "a text of more than 1,000,000 characters",
    "{{ ('a' * 9999)" + " ~ ('a' * 9999)" * 200 + " }}": "a text of more than 1,000,000 characters",
    "{{ 'a' * 9999 }}" * 200: "a text of more than 1,000,000 characters",
    "{{ '{:>999999999}'.format('a') }}": "`format` cannot be used in a template",
    "{{ 'a'.ljust(999999999) }}": "`ljust` cannot be used in a template",
    "{{ 'a' | center(999999999) }}": "there is no filter `center`",
    "{{ [1] | batch(999999999, 0) | list }}": "there is no filter `batch`",
    "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}": "this template is nested too deep",
    "{{ " + "1 + " * 5000 + "1 }}": "",
    "{{ plain }}" * 2000: "this template has 22,000 characters; at most 16,384 are read",
    "{% for x in [1] recursive %}{{ loop([x]) }}{% endfor %}": "a recursive loop cannot be used in a template",
}


@pytest.mark.parametrize("text", BOMBS, ids=range(len(BOMBS)))
def test_a_bomb_is_refused_within_its_limits(text: str) -> None:
    tracemalloc.start()
    begun = time.process_time()
    found = problem(text)
    spent = time.process_time() - begun
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert BOMBS[text] in found.message
    assert spent * min(1, hostile.ORDINARY / hostile.yardstick()) < 2
    assert peak < 64 * 2**20


def test_variables_that_double_each_other_are_refused() -> None:
    doubling = {f"v{number}": f"{{{{ v{number + 1} }}}}" * 10 for number in range(9)} | {"v9": "x"}
    shared = Shared(TEMPLATES, [doubling], {}, lambda name: Where("vars.yml", (name,)), MemorySource().get)  # type: ignore[arg-type]  # no vault values here
    assert "1,000,000 characters" in problem("{{ v0 }}", OfficeScope(shared)).message
    lists = {f"v{number}": "{{ [" + f"v{number + 1}," * 10 + "] }}" for number in range(9)} | {"v9": [1]}
    shared = Shared(TEMPLATES, [lists], {}, lambda name: Where("vars.yml", (name,)), MemorySource().get)  # type: ignore[arg-type]  # no vault values here
    assert "100,000 parts" in problem("{{ v0 }}", OfficeScope(shared)).message


def test_variables_in_a_circle_are_listed_with_the_place_of_the_first() -> None:
    found = problem("{{ round1 }}")
    assert found.message == "these variables use each other in a circle: round1 -> round2 -> round3 -> round1"
    assert found.where == Where("vars.yml", ("round1",))


def test_an_undefined_variable_inside_a_variable_has_the_place_of_that_variable() -> None:
    assert problem("a {{ wrong }}").where == Where("vars.yml", ("wrong",))
    assert problem("{{ nowhere }}").where is None


def test_a_chain_of_variables_that_never_ends_is_refused() -> None:
    chain = {f"v{number}": f"{{{{ v{number + 1} }}}}" for number in range(5000)}
    shared = Shared(TEMPLATES, [chain], {}, lambda name: Where("vars.yml", (name,)), MemorySource().get)  # type: ignore[arg-type]  # no vault values here
    assert "more than 50 variables use each other" in problem("{{ v0 }}", OfficeScope(shared)).message


def test_a_secret_is_handed_on_whole_and_never_put_into_text() -> None:
    source = MemorySource({"api": canary("api")})
    assert render("{{ secret('api') }}", scope(source)) == Secret("api", source.values["api"])
    assert render("{{ token }}", scope(source)).name == "api"
    assert render({"a": ["{{ token }}"]}, scope(source))["a"][0].name == "api"
    for text in (
        "x{{ secret('api') }}", "{{ secret('api') ~ 'x' }}", "{{ secret('api') | upper }}", "{{ 'x' + secret('api') }}",
        "{{ [secret('api')] | join }}", "{{ secret('api')[0] }}", "{{ secret('api') == 'x' }}",
        "{{ 'x' in secret('api') }}",
        "{{ secret('api') | length }}", "{{ secret('api') | list }}", "{{ secret('api') | int }}",
        "{{ secret('api').name }}",
        "{{ token }}!", "{{ secret('api') | string }}", "{{ secret('api') | replace('a', 'b') }}",
        "{{ secret('api') | truncate(3) }}", "{{ secret('api') | urlencode }}",
        "{% if secret('api') > 'a' %}{% endif %}",
    ):  # fmt: skip
        found = problem(text, scope(source))
        assert "the secret api stands inside a longer text" in found.message, text


def test_a_secret_that_is_not_there_is_a_fault_and_only_where_it_is_used() -> None:
    assert render("{{ holder.open }}") == "yes"
    for text in ("{{ holder.shut }}", "{{ holder }}", "{{ secret('missing') | default('x') }}"):
        with pytest.raises(Absent) as caught:
            render(text)
        assert caught.value.reason == "There is no secret missing."
        assert caught.value.remedy == "inregel secret set missing"


def test_a_variable_that_rests_on_the_loop_item_is_rendered_for_each() -> None:
    one = scope(item=1)
    assert render("{{ uses_item }}", one) == "1?"
    other = OfficeScope(one.shared, None, {"item": 2})
    assert render("{{ uses_item }}", other) == "2?"
    assert render("{{ chain }}", OfficeScope(one.shared, {"box": "own"})) == "own!"
    assert render("{{ chain }}", other) == "ria!"


def test_a_value_without_templates_is_not_copied() -> None:
    assert TEMPLATES.value(VARS["items_"]) is None
    assert TEMPLATES.text("{{ items_ }}")(scope()) is VARS["items_"]


def test_a_condition_is_an_expression_without_braces() -> None:
    assert TEMPLATES.condition("certificate.kind == 'new' and number > 3")(scope()) is True
    with pytest.raises(Problem) as caught:
        TEMPLATES.condition("{{ number > 3 }}")
    assert caught.value.message == "this is an expression already, so it takes no `{{ }}`"
    assert caught.value.instead == "number > 3"


@given(st.text(max_size=60))
def test_any_text_is_a_text_or_a_value_or_a_problem(text: str) -> None:
    try:
        function = TEMPLATES.value("{{ " + text + " }}")
        assert function is not None
        function(scope())
    except (Problem, Absent):
        pass
