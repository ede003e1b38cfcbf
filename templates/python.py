"""Python as Jinja writes it, but for what a mail does a hundred times: name a colour, say a sentence of ours.

Colours, sizes and the font are checked by pattern when the shop file is read; sentences come from our own catalogues
and escape what is put into them. Everything else is escaped as ever.
"""

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame

_TEXTS = frozenset({"page", "card", "tint", "line", "text", "muted", "accent", "on_accent", "font"})
_NUMBERS = frozenset({"radius", "logo_width"})
_SENTENCES = {"_": "said", "gettext": "said", "ngettext": "said_of_many"}
_HARMFUL = frozenset("<>&\"'")


class Generator(CodeGenerator):
    """`yield brand.accent` is what it writes for Jinja's `yield escape(environment.getattr(brand, 'accent'))`.

    And `environment.said(html, sentence, …)`, which encamino.words.environment sets, for a call of gettext.
    """

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802  (Jinja's name)
        if not _sound(node):
            super().visit_Getattr(node, frame)
        else:
            self.visit(node.node, frame)
            self.write(f".{node.attr}")

    def visit_Call(  # noqa: N802
        self,
        node: nodes.Call,
        frame: Frame,
        forward_caller: bool = False,  # noqa: FBT001, FBT002  (Jinja's signature)
    ) -> None:
        match node.node:
            case nodes.Name(name=name) if name in _SENTENCES:
                self.write(f"environment.{_SENTENCES[name]}({bool(frame.eval_ctx.autoescape)}")
                self.signature(node, frame)
                self.write(")")
            case _:
                super().visit_Call(node, frame, forward_caller=forward_caller)

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if not _sound(node):
            super()._output_child_pre(node, frame, finalize)
        elif _number(node):
            self.write("str(")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if not _sound(node):
            super()._output_child_post(node, frame, finalize)
        elif _number(node):
            self.write(")")


def _sound(node: nodes.Node | None) -> bool:
    """Whether this is text, or a number, that HTML cannot mistake for markup."""
    match node:
        case nodes.Const(value=str() as text):
            return _HARMFUL.isdisjoint(text)
        case nodes.CondExpr(expr1=one, expr2=other):
            return _sound(one) and _sound(other) and _number(one) == _number(other)
        case nodes.Getattr(node=nodes.Name(name="brand") | nodes.Getattr(node=nodes.Name(name="brand"), attr="dark")):
            return node.attr in _TEXTS or node.attr in _NUMBERS
        case nodes.Call(node=nodes.Name(name=name)):
            return name in _SENTENCES
        case _:
            return _number(node)


def _number(node: nodes.Node | None) -> bool:
    match node:
        case nodes.Const(value=int()):
            return True
        case nodes.Getattr(node=nodes.Name(name="brand"), attr=attr):
            return attr in _NUMBERS
        case nodes.Add(left=left, right=right):
            return _number(left) and _number(right)
        case nodes.CondExpr(expr1=one, expr2=other):
            return _number(one) and _number(other)
        case _:
            return False
