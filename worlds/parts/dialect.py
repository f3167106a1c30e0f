"""The small language in which agents hand in code: one function of lists and numbers, judged before it runs anywhere.

`judge` parses a function's body, refuses whatever is not on the list (imports, attributes, strings, powers, nested
functions, names that begin with an underscore …), and rewrites what is left so that every loop, call and operation counts
its steps and the size of what it works on. Nothing is executed here; `confined` does that in another process.
"""

import ast
import warnings
from dataclasses import dataclass
from enum import StrEnum

MOST_TEXT, MOST_NODES, MOST_DEPTH, MOST_NUMBER = 1_200, 300, 24, 10**9
"""Bounds of a body: characters (as handed in and in its canonical form), nodes and depth of its tree, and the largest number
that is written out."""

BUILTINS = (
    "abs", "all", "any", "bool", "enumerate", "int", "len", "list", "max", "min", "range", "reversed",
    "round", "sorted", "sum", "tuple", "zip",
)  # fmt: skip
"""What a body may call, besides the functions it is told of."""
KEYWORDS = ("default", "reverse", "start")

_NODES: tuple[type[ast.AST], ...] = (
    ast.Module, ast.FunctionDef, ast.arguments, ast.arg, ast.Return, ast.Assign, ast.AugAssign, ast.If, ast.For, ast.While,
    ast.Break, ast.Continue, ast.Pass, ast.Expr, ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.IfExp, ast.Compare, ast.Call,
    ast.keyword, ast.ListComp, ast.GeneratorExp, ast.comprehension, ast.Constant, ast.Name, ast.List, ast.Tuple,
    ast.Subscript, ast.Slice, ast.Attribute, ast.Load, ast.Store, ast.And, ast.Or, ast.Not, ast.USub, ast.UAdd, ast.Add,
    ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In,
    ast.NotIn, ast.Is, ast.IsNot,
)  # fmt: skip

_SYMBOLS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Eq: "==",
    ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.In: "in", ast.NotIn: "not in",
    ast.Is: "is", ast.IsNot: "is not",
}  # fmt: skip


class Fault(StrEnum):
    """Why a body is refused."""

    LENGTH = "length"
    SYNTAX = "syntax"
    PART = "part"
    NAME = "name"
    SIZE = "size"


@dataclass(frozen=True)
class Code:
    """A function that may be run: its name, its body as it reads in one canonical form (comments and doc strings gone),
    and the source to run."""

    name: str
    body: str
    source: str


def judge(name: str, body: str, *, parameter: str, knows: tuple[str, ...] = ()) -> Code | Fault:
    """The function `name(parameter)` with this body, or why it is refused. It may call `knows`."""
    if len(body) > MOST_TEXT:
        return Fault.LENGTH
    lines = _dedented(body)
    text = f"def {name}({parameter}):\n" + "\n".join(f"    {line}" for line in lines)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return Fault.SYNTAX
    match tree.body:
        case [ast.FunctionDef() as function]:
            pass
        case _:
            return Fault.SYNTAX
    if _too_large(tree):
        return Fault.SIZE
    match function.body:
        case [ast.Expr(value=ast.Constant(value=str())), *rest] if rest:
            function.body = rest
    fault = next((fault for node in ast.walk(function) if (fault := _fault(node, function, knows))), None)
    if fault:
        return fault
    canonical = "\n".join(_dedented(ast.unparse(function).partition("\n")[2]))
    if len(canonical) > MOST_TEXT:
        return Fault.LENGTH
    counted = ast.fix_missing_locations(_Counted().visit(function))
    return Code(name, canonical, ast.unparse(counted))


def _dedented(body: str) -> list[str]:
    """The lines of a body without the margin that its first line has."""
    lines = [line.rstrip() for line in body.replace("\r\n", "\n").split("\n")]
    while lines and not lines[0]:
        lines.pop(0)
    margin = len(lines[0]) - len(lines[0].lstrip(" ")) if lines else 0
    return [line[margin:] if not line[:margin].strip() else line for line in lines]


def _too_large(tree: ast.AST) -> bool:
    level, count, depth = [tree], 0, 0
    while level:
        count, depth = count + len(level), depth + 1
        if count > MOST_NODES or depth > MOST_DEPTH:
            return True
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return False


def _fault(node: ast.AST, function: ast.FunctionDef, knows: tuple[str, ...]) -> Fault | None:
    if not isinstance(node, _NODES) or (isinstance(node, ast.FunctionDef) and node is not function):
        return Fault.PART
    match node:
        case ast.Name(id=name) | ast.arg(arg=name) if name.startswith("_") or not name.isascii():
            return Fault.NAME
        case ast.Constant(value=value):
            number = isinstance(value, int | float) and abs(value) <= MOST_NUMBER
            return None if number or value is None else Fault.PART
        case ast.Call(func=ast.Name(id=name), keywords=keywords):
            known = name in BUILTINS or name in knows
            return None if known and all(word.arg in KEYWORDS for word in keywords) else Fault.NAME
        case ast.Call(func=ast.Attribute(value=ast.Name(), attr="append"), args=[_], keywords=[]):
            return None
        case ast.Call():
            return Fault.NAME
        case ast.Attribute(attr=attr) if attr != "append":
            return Fault.NAME
        case ast.AugAssign(target=target) if not isinstance(target, ast.Name):
            return Fault.PART
        case ast.Subscript(ctx=ast.Store(), slice=ast.Slice()):
            return Fault.PART
        case ast.comprehension(is_async=1):
            return Fault.PART
    return None


class _Counted(ast.NodeTransformer):
    """Every loop, call and operation goes through a function of the child's that counts."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.body.insert(0, _statement())
        return node

    def visit_For(self, node: ast.For) -> ast.AST:
        self.generic_visit(node)
        node.body.insert(0, _statement())
        return node

    def visit_While(self, node: ast.While) -> ast.AST:
        self.generic_visit(node)
        node.body.insert(0, _statement())
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        self.generic_visit(node)
        node.ifs.insert(0, _call("_tick"))
        return node

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.AST:
        # A generator that is built on a generator, and so on, would recurse without a step being counted.
        self.generic_visit(node)
        return ast.ListComp(elt=node.elt, generators=node.generators)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        return _call("_op", ast.Constant(_SYMBOLS[type(node.op)]), node.left, node.right)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        assert isinstance(node.target, ast.Name)
        self.generic_visit(node)
        old = ast.Name(node.target.id, ast.Load())
        value = _call("_op", ast.Constant(_SYMBOLS[type(node.op)]), old, node.value)
        return ast.Assign(targets=[node.target], value=value)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        symbols: list[ast.expr] = [ast.Constant(_SYMBOLS[type(op)]) for op in node.ops]
        if len(symbols) == 1:
            return _call("_op", *symbols, node.left, *node.comparators)
        return _call("_chain", ast.Tuple(symbols, ast.Load()), node.left, *node.comparators)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.slice, ast.Slice):
            return node
        bounds = [bound or ast.Constant(None) for bound in (node.slice.lower, node.slice.upper, node.slice.step)]
        return _call("_cut", node.value, *bounds)


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(func=ast.Name(name, ast.Load()), args=list(arguments), keywords=[])


def _statement() -> ast.Expr:
    return ast.Expr(value=_call("_tick"))
