"""The `still` of a message: a comparison over order, shipment, contact and shop, read at build, never eval'ed.

    shipment.status == 'available_for_pickup' and not order.cancelled_at

Known: names `scope.attribute`, texts, numbers, true, false, none, lists, ( ), ==, !=, <, <=, >, >=, in, not in, and,
or, not.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from encamino.domain.errors import Misconfigured

#: What a condition may ask about.
NAMES: dict[str, frozenset[str]] = {
    "order": frozenset(
        {
            "status",
            "payment",
            "preparation",
            "cancelled_at",
            "locale",
            "channel",
            "payment_method",
            "total",
            "on_delivery",
            "left_unpaid",
            "returning",
        }
    ),
    "shipment": frozenset({"status", "reason", "number", "carrier", "eta", "rest_follows"}),
    "contact": frozenset({"email", "phone", "country"}),
    "shop": frozenset({"slug", "country", "locale"}),
}

type Value = str | int | float | bool | tuple[Value, ...] | None
type Scopes = Mapping[str, Mapping[str, Value]]

_COMPARE: dict[type[ast.cmpop], Callable[[object, object], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: lambda a, b: _both(a, b) and operator.lt(a, b),  # type: ignore[arg-type]
    ast.LtE: lambda a, b: _both(a, b) and operator.le(a, b),  # type: ignore[arg-type]
    ast.Gt: lambda a, b: _both(a, b) and operator.gt(a, b),  # type: ignore[arg-type]
    ast.GtE: lambda a, b: _both(a, b) and operator.ge(a, b),  # type: ignore[arg-type]
    ast.In: lambda a, b: isinstance(b, tuple | str) and a in b,
    ast.NotIn: lambda a, b: not (isinstance(b, tuple | str) and a in b),
}
_WORDS: dict[str, Value] = {"true": True, "false": False, "none": None, "True": True, "False": False, "None": None}


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that was read and found sound. `holds` never raises."""

    text: str
    tree: ast.expr

    def holds(self, scopes: Scopes) -> bool:
        """Whether it is true of these values; a scope that is not there reads as none."""
        return bool(_value(self.tree, scopes))


def read(text: str, *, where: str = "") -> Condition:
    """The condition this text says. Raises Misconfigured naming the word that is not known."""
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError as err:
        raise Misconfigured(
            f"{text!r} is not a condition: {err.msg}", where=where, cure="see docs/developer/messages.md"
        ) from err
    _check(tree, where or text)
    return Condition(text, tree)


def _check(node: ast.expr, where: str) -> None:
    match node:
        case ast.BoolOp(values=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts):
            for part in parts:
                _check(part, where)
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            _check(inner, where)
        case ast.Compare(left=left, comparators=rest, ops=ops) if all(type(op) in _COMPARE for op in ops):
            for part in (left, *rest):
                _check(part, where)
        case ast.Attribute(value=ast.Name(id=scope), attr=name) if name in NAMES.get(scope, ()):
            pass
        case ast.Constant(value=str() | int() | float() | bool() | None):
            pass
        case ast.Name(id=word) if word in _WORDS:
            pass
        case _:
            known = ", ".join(f"{scope}.{name}" for scope, names in NAMES.items() for name in sorted(names))
            raise Misconfigured(
                f"{ast.unparse(node)!r} is not known in a condition", where=where, cure=f"known: {known}"
            )


def _value(node: ast.expr, scopes: Scopes) -> Value:
    match node:
        case ast.BoolOp(op=ast.And(), values=parts):
            return all(_value(part, scopes) for part in parts)
        case ast.BoolOp(values=parts):
            return any(_value(part, scopes) for part in parts)
        case ast.UnaryOp(operand=inner):
            return not _value(inner, scopes)
        case ast.Compare(left=left, comparators=rest, ops=ops):
            values = [_value(part, scopes) for part in (left, *rest)]
            pairs = zip(ops, values, values[1:], strict=False)
            return all(_COMPARE[type(op)](a, b) for op, a, b in pairs)
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return tuple(_value(part, scopes) for part in parts)
        case ast.Attribute(value=ast.Name(id=scope), attr=name):
            return scopes.get(scope, {}).get(name)
        case ast.Name(id=word):
            return _WORDS[word]
        case ast.Constant(value=value) if isinstance(value, str | int | float | bool | None):
            return value
    return None


def _both(a: object, b: object) -> bool:
    return a is not None and b is not None and isinstance(a, str) == isinstance(b, str)
