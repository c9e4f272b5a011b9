"""Templates: they compile, name real endpoints, hold no inline style or script, and macros see only arguments."""

import re

import pytest
from jinja2 import meta
from jinja2.exceptions import TemplateRuntimeError

from tests.conftest import ROOT

FOLDER = ROOT / "templates"
NAMES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.html"))
COMPONENTS = [name for name in NAMES if name.startswith("components/")]
INLINE = re.compile(r"""\sstyle=|\son[a-z]+=["']|<script(?![^>]*\bsrc=)|<style|javascript:""")


@pytest.mark.parametrize("name", NAMES)
def test_a_template_compiles(house, name):
    house.jinja_env.get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_runs_under_the_strict_policy(name):
    source = (FOLDER / name).read_text()
    assert INLINE.findall(source) == []
    assert not re.search(r"\|\s*safe\b", source), "text of people must stay escaped"
    assert "autoescape" not in source


@pytest.mark.parametrize("source", ['<p style="x">', '<a onclick="x">', "<script>x</script>", "<style>"])
def test_inline_style_and_script_are_found(source):
    assert INLINE.search(source)


@pytest.mark.parametrize("name", COMPONENTS)
def test_macros_use_only_their_arguments(house, name):
    """A macro that is imported does not see the page's context: StrictUndefined would raise at run time."""
    free = meta.find_undeclared_variables(house.jinja_env.parse((FOLDER / name).read_text()))
    assert free - set(house.jinja_env.globals) == set()


def test_a_page_without_a_title_fails(house):
    with house.test_request_context(), pytest.raises(TemplateRuntimeError, match="title"):
        house.jinja_env.from_string('{% extends "base.html" %}').render()


def test_a_misspelt_name_fails(house):
    with house.test_request_context(), pytest.raises(Exception, match="no_such_name"):
        house.jinja_env.from_string("{{ no_such_name }}").render()
