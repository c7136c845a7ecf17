"""Makes the decoder small.

    minify.py SOURCE [--features A,B,… | --marks] [--search N] [--out FILE]

Leaves out the sections whose features are not asked for, comments, docstrings and spaces; joins
lines; gives variables short names, scope by scope; then tries N exchanges of names for those that
make the result shorter under zlib level 9.

--marks keeps the marks of all sections, each on a line of its own: a generator makes a decoder of
that by dropping lines, from `#[NAMES` to its `#]` where no name is needed, and every mark.
"""

import argparse
import ast
import io
import keyword
import math
import random
import string
import tokenize
import zlib

KEPT = {"load"}
# Shorter spellings of numpy's types.
TYPES = {"f2": "e", "f4": "f", "f8": "d", "u1": "B", "u2": "H", "u4": "I", "i4": "i"}
LETTERS = string.ascii_lowercase + string.ascii_uppercase + "_"
NAMES = [*LETTERS, *(a + b for a in LETTERS for b in LETTERS if not keyword.iskeyword(a + b))]


def select(source, features):
    """The source without the sections of other features; None keeps all."""
    lines, keep = [], [True]
    for line in source.splitlines():
        mark = line.strip()
        if mark.startswith("#["):
            wanted = features is None or any(name in features for name in mark[2:].split())
            keep.append(keep[-1] and wanted)
        elif mark == "#]":
            keep.pop()
        elif keep[-1]:
            lines.append(line)
    assert len(keep) == 1, "sections are not closed"
    return "\n".join(lines) + "\n"


# ---- scopes


class Scopes(ast.NodeVisitor):
    """Finds every variable, where it is named, and which variables need different names.

    A variable is (scope, name); `places` maps (line, column) of a token to one. It lives from the
    first to the last statement of its function's body that names it, or to the end if functions
    inside name it.
    """

    def __init__(self, tree):
        self.parents, self.bound, self.uses, self.places = {0: None}, {0: set()}, [], {}
        self.outer = {0: set()}  # names declared nonlocal
        self.immediate = set()  # scopes that are left before the statement ends
        self.statement = {0: 0}
        self.scope, self.count = 0, 1
        self.visit(tree)
        self.resolve()

    def enter(self, node, visit):
        before, self.scope = self.scope, self.count
        self.parents[self.scope] = before
        self.bound[self.scope], self.outer[self.scope] = set(), set()
        self.statement[self.scope] = 0
        self.count += 1
        visit()
        self.scope = before

    def name(self, name, line, column, binds):
        if binds:
            self.bound[self.scope].add(name)
        self.use(name, line, column)

    def use(self, name, line, column):
        self.uses.append((self.scope, name, line, column, dict(self.statement)))

    def visit_FunctionDef(self, node):
        self.name(node.name, node.lineno, node.col_offset + 4, True)
        self.function(node, node.body)

    def visit_Lambda(self, node):
        self.function(node, [node.body])

    def function(self, node, body):
        for default in node.args.defaults:
            self.visit(default)

        def inside():
            arguments = node.args.args + ([node.args.vararg] if node.args.vararg else [])
            for argument in arguments:
                self.name(argument.arg, argument.lineno, argument.col_offset, True)
            for index, statement in enumerate(body):
                self.statement[self.scope] = index + 1
                self.visit(statement)

        self.enter(node, inside)

    def comprehension(self, node):
        self.visit(node.generators[0].iter)

        def inside():
            if isinstance(node, ast.ListComp):
                self.immediate.add(self.scope)
            for index, generator in enumerate(node.generators):
                self.visit(generator.target)
                if index:
                    self.visit(generator.iter)
                for condition in generator.ifs:
                    self.visit(condition)
            self.visit(node.elt)

        self.enter(node, inside)

    visit_ListComp = visit_GeneratorExp = visit_SetComp = comprehension

    def visit_Nonlocal(self, node):
        column = node.col_offset + len("nonlocal ")
        for name in node.names:
            self.outer[self.scope].add(name)
            self.use(name, node.lineno, column)
            column += len(name) + 2

    def visit_Name(self, node):
        self.name(node.id, node.lineno, node.col_offset, isinstance(node.ctx, ast.Store))

    def visit_Import(self, node):
        for alias in node.names:
            if alias.asname:
                column = alias.end_col_offset - len(alias.asname)
                self.name(alias.asname, alias.lineno, column, True)

    def home(self, scope, name):
        """The variable that a name means, or None for one of Python's or a module."""
        while scope is not None:
            if name in self.bound[scope] and name not in self.outer[scope]:
                return scope, name
            scope = self.parents[scope]
        return None

    def resolve(self):
        self.visible = {}  # scope: variables named there or in scopes inside
        self.lives = {}  # variable: first and last statement
        for scope, name, line, column, statements in self.uses:
            variable = self.home(scope, name)
            if variable is None or variable[1] in KEPT:
                continue
            self.places[line, column] = variable
            now = end = statements[variable[0]]
            while True:
                self.visible.setdefault(scope, set()).add(variable)
                if scope == variable[0]:
                    break
                if scope not in self.immediate:
                    end = math.inf
                scope = self.parents[scope]
            first, last = self.lives.get(variable, (now, end))
            self.lives[variable] = min(first, now), max(last, end)

    def conflicts(self):
        """Variables that may not share a name: both are named in one scope or inside it."""
        result = {variable: set() for variable in self.places.values()}
        for variables in self.visible.values():
            for variable in variables:
                result[variable] |= {other for other in variables if self.meet(variable, other)}
        return result

    def meet(self, one, other):
        if one == other:
            return False
        (first, last), (start, end) = self.lives[one], self.lives[other]
        return one[0] != other[0] or first <= end and start <= last


# ---- writing


class Line:
    """A logical line: its depth and its tokens, of which some are variables."""

    def __init__(self, depth, tokens):
        self.depth, self.tokens = depth, tokens

    @property
    def opens(self):
        return self.tokens[-1] == ":"


def logical_lines(source, places, marks):
    lines, tokens, depth = [], [], 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        kind, text = token.type, token.string
        if kind == tokenize.INDENT:
            depth += 1
        elif kind == tokenize.DEDENT:
            depth -= 1
        elif kind == tokenize.NEWLINE:
            if len(tokens) > 1 or not tokens[0].startswith(('"', "'")):
                lines.append(Line(depth, tokens))
            tokens = []
        elif kind == tokenize.COMMENT and marks and text[:2] in ("#[", "#]"):
            lines.append(Line(-1, [text]))
        elif kind not in (tokenize.NL, tokenize.COMMENT, tokenize.ENDMARKER):
            if kind == tokenize.STRING and text[1:-1] in TYPES:
                text = f'"{TYPES[text[1:-1]]}"'
            elif kind == tokenize.NUMBER and text.startswith("0."):
                text = text[1:]
            tokens.append(places.get(token.start, text) if kind == tokenize.NAME else text)
    return lines


def render(lines, names):
    """The text: statements joined by semicolons, bodies beside their headers where they may be."""
    out, index = [], 0
    while index < len(lines):
        index = render_block(lines, index, names, out)
    return "\n".join(out)


def render_block(lines, index, names, out):
    line = lines[index]
    text = spell(line.tokens, names)
    index += 1
    if line.depth < 0:
        pass
    elif line.opens:
        end = index
        while end < len(lines) and lines[end].depth == line.depth + 1 and not lines[end].opens:
            end += 1
        after = next((later.depth for later in lines[end:] if later.depth >= 0), 0)
        if after <= line.depth:
            text += ";".join(spell(inner.tokens, names) for inner in lines[index:end])
            index = end
    else:
        while index < len(lines) and lines[index].depth == line.depth and not lines[index].opens:
            text += ";" + spell(lines[index].tokens, names)
            index += 1
    out.append(" " * line.depth + text)
    return index


def spell(tokens, names):
    text = ""
    for token in tokens:
        token = token if isinstance(token, str) else names[token]
        if text and needs_space(text, token):
            text += " "
        text += token
    return text


def needs_space(before, after):
    if not (after[0].isalnum() or after[0] in "_\"'"):
        return False
    last = before[-1]
    if not (last.isalnum() or last == "_"):
        return False
    # A number may not touch a keyword: Python warns.
    tail = before[len(before.rstrip(string.ascii_letters + string.digits + "_.")) :]
    return after[0] not in "\"'" or tail in ("r", "b")


def assign(conflicts, order):
    """The first free name for each variable in order."""
    names = {}
    for variable in order:
        taken = {names.get(other) for other in conflicts[variable]}
        names[variable] = next(name for name in NAMES if name not in taken)
    return names


def minify(source, features=None, search=0, marks=False):
    source = source if marks else select(source, features)
    scopes = Scopes(ast.parse(source))
    conflicts = scopes.conflicts()
    lines = logical_lines(source, scopes.places, marks)
    counts = {}
    for variable in scopes.places.values():
        counts[variable] = counts.get(variable, 0) + 1
    names = assign(conflicts, sorted(counts, key=lambda v: (-counts[v], v)))
    return improve(lines, conflicts, names, search)


def improve(lines, conflicts, names, search):
    """Exchanges names while that helps; at first also where it does not (simulated annealing)."""
    rng, variables = random.Random(1), sorted(names)
    size = least = packed(render(lines, names))
    best = names
    for step in range(search):
        trial = exchanged(rng, variables, conflicts, names)
        if trial is None:
            continue
        warmth = 2.5 * (1 - step / search) ** 2
        change = packed(render(lines, trial)) - size
        if change <= 0 or rng.random() < math.exp(-change / max(warmth, 1e-9)):
            names, size = trial, size + change
            if size < least:
                best, least = names, size
    return render(lines, best)


def exchanged(rng, variables, conflicts, names):
    """Other names: two exchanged everywhere, or another for one variable."""
    variable, name = rng.choice(variables), rng.choice(NAMES[:53])
    old = names[variable]
    if rng.random() < 0.2:
        swap = {name: old, old: name}
        return {v: swap.get(n, n) for v, n in names.items()}
    # The variable takes the name; those in its way take the name that it had.
    trial = {**names, variable: name}
    moved = [v for v in conflicts[variable] if names[v] == name]
    trial.update(dict.fromkeys(moved, old))
    if any(trial[v] == trial[other] for v in moved for other in conflicts[v]):
        return None
    return trial


def packed(text):
    return len(zlib.compress(text.encode(), 9))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("source")
    parser.add_argument("--features")
    parser.add_argument("--search", type=int, default=0)
    parser.add_argument("--marks", action="store_true")
    parser.add_argument("--out")
    options = parser.parse_args()
    source = open(options.source).read()
    features = None if options.features is None else set(options.features.split(","))
    text = minify(source, features, options.search, options.marks)
    if options.out:
        open(options.out, "w").write(text)
    text = select(text, None) if options.marks else text
    print(f"readable {len(source)}, minified {len(text.encode())}, zlib {packed(text)}")


if __name__ == "__main__":
    main()
