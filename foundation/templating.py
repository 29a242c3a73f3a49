"""Plain-text templates from files: letters and notices, in a sandbox, with every name known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from foundation.languages import Language
from foundation.letter_dates import LETTER_DATES
from foundation.plain_text import one_line
from foundation.template_grammar import (
    LONGEST_RESULT,
    LONGEST_SOURCE,
    BeyondGrammar,
    Uses,
    fixed_words,
    joined,
    replaced,
    uses_of,
)


class TemplateBroken(Exception):
    """A template cannot be read or rendered; the text is one line, `path:line: reason`."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}:{line}: {one_line(reason)}")
        self.path = path
        self.line = line
        self.reason = one_line(reason)


def _moment_filters(language: Language) -> dict[str, Callable[..., str]]:
    """A preview shows the name of a field that is still empty; it passes through unchanged."""
    spoken = LETTER_DATES[language]
    return {
        "day": lambda value: value if isinstance(value, str) else spoken.day(value),
        "clock": lambda value: value if isinstance(value, str) else spoken.clock(value),
        "era": lambda value: value if isinstance(value, str) else spoken.whole(value),
    }


@dataclass(frozen=True)
class TextTemplate:
    """One compiled template; `names` are the values it asks for, `uses` how a narrow one does."""

    path: Path
    names: frozenset[str]
    _compiled: Template
    uses: Uses | None = None

    def render(self, **values: object) -> str:
        """Raises TemplateBroken for a value that is missing or of the wrong kind."""
        try:
            return self._compiled.render(**values) if self.uses is None else self._bounded(values)
        except (TemplateError, TypeError, ValueError, AttributeError, ArithmeticError, LookupError) as problem:
            line = _line_within(problem.__traceback__, str(self.path))
            raise TemplateBroken(self.path, line, str(problem)) from problem

    def _bounded(self, values: Mapping[str, object]) -> str:
        pieces: list[str] = []
        length = 0
        for piece in self._compiled.generate(**values):
            length += len(piece)
            if length > LONGEST_RESULT:
                raise ValueError("できあがる文が長すぎます")
            pieces.append(piece)
        return "".join(pieces)


class TextTemplates:
    """Compiles templates; filters `day`, `clock` and `era` write dates and times the office's way, or as another
    language does. Narrow ones say no more than the grammar allows, whoever wrote them, and end soon."""

    def __init__(self, *, narrow: bool = False, language: Language = Language.JAPANESE) -> None:
        self._narrow = narrow
        self._environment = ImmutableSandboxedEnvironment(
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,  # The result is plain text, never HTML.
        )
        self._environment.filters.update(_moment_filters(language))
        if narrow:
            self._environment.filters.update(replace=replaced, join=joined)

    def compile(self, path: Path) -> TextTemplate:
        """Raises TemplateBroken where the file is missing, is not UTF-8 or has a syntax error."""
        try:
            source = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            raise TemplateBroken(path, 1, f"cannot be read: {problem}") from problem
        return self.compile_text(source, path)

    def compile_text(self, source: str, path: Path) -> TextTemplate:
        """`path` stands in messages only. Raises TemplateBroken for a syntax error."""
        if self._narrow and len(source) > LONGEST_SOURCE:
            raise TemplateBroken(path, 1, f"{LONGEST_SOURCE}文字までで書いてください")
        try:
            tree = self._environment.parse(source, filename=str(path))
            # Before anything else looks at it: the compiler works out constant expressions by itself.
            uses = uses_of(tree) if self._narrow else None
            names = meta.find_undeclared_variables(tree)
            code = self._environment.compile(tree, name=str(path), filename=str(path))
        except TemplateSyntaxError as problem:
            raise TemplateBroken(path, problem.lineno, problem.message or "syntax error") from problem
        except BeyondGrammar as problem:
            raise TemplateBroken(path, problem.line, str(problem)) from problem
        except (RecursionError, ValueError, OverflowError, SyntaxError) as problem:
            # Brackets by the thousand, numbers of a thousand digits: the parser gives up before the grammar sees it.
            raise TemplateBroken(path, 1, "かっこや数字が多すぎて、読み取れません") from problem
        compiled = Template.from_code(self._environment, code, self._environment.globals)
        return TextTemplate(path, frozenset(names), compiled, uses)

    def fixed_words(self, source: str) -> str:
        """What a template that compiles here says by itself, whatever its fields hold."""
        return fixed_words(self._environment, source)


@dataclass(frozen=True)
class LetterTemplate:
    """A letter is a folder with `subject.txt` and `body.txt`."""

    subject_template: TextTemplate
    body_template: TextTemplate

    def subject(self, **values: object) -> str:
        """Always one line, whatever the values hold."""
        return one_line(self.subject_template.render(**values))

    def body(self, **values: object) -> str:
        """Lines end with LF, the last one too; blank lines at either end go."""
        return self.body_template.render(**values).strip("\n") + "\n"


def read_letter(folder: Path) -> LetterTemplate:
    """Raises TemplateBroken where one of the two files is missing or broken."""
    templates = TextTemplates()
    return LetterTemplate(templates.compile(folder / "subject.txt"), templates.compile(folder / "body.txt"))


def _line_within(trace: TracebackType | None, filename: str) -> int:
    """Jinja rewrites the frames of a template so that they bear the template's own line numbers."""
    line = 1
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == filename:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
