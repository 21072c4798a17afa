"""A variable that a template of ours names and nobody gave fails the test that renders it.

Django's own templates (admin, form widgets) name what may be absent, and keep their habit. In ours a value that
may be absent is asked for with ``{% if %}``, ``{% with %}`` or the ``default`` filters.
"""

import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template.base import FilterExpression

OURS = Path(settings.BASE_DIR)
FORGIVING_FILTERS = {"default", "default_if_none"}


class UnknownTemplateVariable(AssertionError):
    """A template names a variable that its context does not hold."""


class _Strict(str):
    """Django asks ``string_if_invalid % name`` for what to print in the place of an unknown variable."""

    def __mod__(self, variable: Any) -> Any:
        frame = sys._getframe(1)
        expression, context = frame.f_locals.get("self"), frame.f_locals.get("context")
        if not isinstance(expression, FilterExpression):
            return ""
        filters = {getattr(function, "__name__", "") for function, _arguments in expression.filters}
        template = getattr(context.render_context, "template", None) or context.template
        name = getattr(getattr(template, "origin", None), "name", "") or ""
        ours = Path(name).is_relative_to(OURS) and "site-packages" not in name
        if ours and not filters & FORGIVING_FILTERS and not _lenient:
            raise UnknownTemplateVariable(f"{name} names {variable!s}, which is not in its context")
        return _filtered(expression, context)


_lenient: list[bool] = []


def _filtered(expression: FilterExpression, context: Any) -> Any:
    """What Django does with an unknown variable when nobody watches: the filters on an empty string."""
    value: Any = ""
    for function, arguments in expression.filters:
        values = [value_.resolve(context) if is_lookup else value_ for is_lookup, value_ in arguments]
        extra = {"autoescape": context.autoescape} if getattr(function, "needs_autoescape", False) else {}
        value = function(value, *values, **extra)
    return value


@pytest.fixture(scope="session", autouse=True)
def _strict_templates() -> None:
    from django.template import engines

    strict = _Strict("%s")
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = strict
    engines["django"].engine.string_if_invalid = strict


@pytest.fixture(autouse=True)
def _gaps_where_marked(request: pytest.FixtureRequest) -> Any:
    if request.node.get_closest_marker("template_gaps") is None:
        yield
        return
    _lenient.append(True)
    yield
    _lenient.pop()
