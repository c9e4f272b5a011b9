"""Every deed that the code records has its words on the trail's pages."""

import ast
import re
from collections.abc import Iterator

from marketplace.audit import Verdict
from marketplace.payments import PaymentState
from marketplace.web.deeds import DEEDS
from tests.conftest import ROOT

TREES = [ast.parse(path.read_text()) for path in (ROOT / "marketplace").rglob("*.py")]
# what `f"payment.{state.value}"` may become; a payment is created under the verb payment.started
BUILT = {
    "payment.": {state.value for state in PaymentState if state is not PaymentState.CREATED},
    "review.": {verdict.value for verdict in Verdict},
}


def parameters(function: ast.FunctionDef) -> set[str]:
    return {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}


def recorders() -> set[str]:
    """Name the functions that pass a verb on to the trail."""
    functions = [node for tree in TREES for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return {function.name for function in functions if "verb" in parameters(function)}


def arguments() -> Iterator[ast.AST]:
    """Yield all that stands within the arguments of a call that records."""
    names = recorders()
    assert "record" in names
    for call in (node for tree in TREES for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if (getattr(call.func, "attr", None) or getattr(call.func, "id", None)) in names:
            for argument in (*call.args, *(word.value for word in call.keywords)):
                yield from ast.walk(argument)


def verbs() -> set[str]:
    found = set()
    for node in arguments():
        if isinstance(node, ast.Constant) and re.fullmatch(r"[a-z_]+\.[a-z_]+", str(node.value)):
            found.add(node.value)
        if isinstance(node, ast.JoinedStr) and re.fullmatch(r"[a-z_]+\.", str(getattr(node.values[0], "value", ""))):
            start = node.values[0].value
            found |= {start + end for end in BUILT[start]}
    return found


def test_the_words_are_those_of_the_verbs_and_no_others():
    assert verbs() == set(DEEDS)
