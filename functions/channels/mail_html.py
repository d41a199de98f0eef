"""Turn a mail's HTML into plain text in one pass, linear in its length whatever it holds.

Nothing of the markup survives: the text is shown as a text. `html.parser` is not used because
its work grows with the square of some broken markup.
"""

import html
import re
from typing import Final

_TAG: Final = re.compile(
    r"""<(/?)([a-zA-Z][a-zA-Z0-9:-]*+)((?:[^<>"']|"[^"<]*+"|'[^'<]*+')*+)>"""
    r"""|<(/?)([a-zA-Z][a-zA-Z0-9:-]*+)([^<>]*+)>"""
)
_NOTE: Final = re.compile(r"<[!?][^<>]*+>")
_LONG_NUMBER: Final = re.compile(r"&#[xX]?[0-9a-fA-F]{8,}+;?")
_SPACE: Final = re.compile(r"[ \t\n\r\f]+")

_SKIPPED: Final = frozenset({"head", "script", "style", "title", "template", "noscript"})
_PARAGRAPHS: Final = frozenset(
    ("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "hr", "pre")
)
_LINES: Final = frozenset(("div", "tr", "section", "article", "header", "footer", "address", "dt"))


def html_to_text(markup: str) -> str:
    """Return the words of HTML in lines; what stands in a blockquote begins with "> "."""
    return _Page(markup).text()


class _Page:
    """One page being read: finished lines, the line being written, how deep it is quoted."""

    def __init__(self, markup: str) -> None:
        self._markup = markup
        self._lines: list[str] = []
        self._line: list[str] = []
        self._quoted = 0
        self._preformatted = 0

    def text(self) -> str:
        markup, position = self._markup, 0
        while position < len(markup):
            start = markup.find("<", position)
            start = len(markup) if start < 0 else start
            self._words(markup[position:start])
            if start == len(markup):
                break
            position = self._markup_at(start)
        self._end_line()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip()

    def _markup_at(self, start: int) -> int:
        """Read what begins with "<"; return where to go on."""
        markup = self._markup
        if markup.startswith("<!--", start):
            end = markup.find("-->", start + 4)
            return len(markup) if end < 0 else end + 3
        if tag := _TAG.match(markup, start):
            closing, name = tag[1] or tag[4], (tag[2] or tag[5]).lower()
            if name in _SKIPPED and not closing and not tag[0].endswith("/>"):
                return self._behind(name, tag.end())
            self._tag(name, bool(closing))
            return tag.end()
        if note := _NOTE.match(markup, start):
            return note.end()
        self._words("<")
        return start + 1

    def _behind(self, name: str, position: int) -> int:
        """Return where an element ends whose content nobody reads; with no end, all is skipped.

        A head that is never closed ends at the body.
        """
        last = "(?:/head|body)" if name == "head" else f"/{name}"
        end = re.compile(rf"<{last}\b[^<>]*+>", re.IGNORECASE).search(self._markup, position)
        return end.end() if end else len(self._markup)

    def _tag(self, name: str, closing: bool) -> None:
        if name in {"br", "hr"}:
            self._end_line(always=name == "br")
        elif name == "li":
            self._end_line()
            self._line += [] if closing else ["- "]
        elif name in {"td", "th"}:
            self._line.append(" ")
        elif name in _LINES or name in _PARAGRAPHS:
            self._end_line()
            if name == "blockquote":
                self._quoted = max(0, self._quoted + (-1 if closing else 1))
            if name == "pre":
                self._preformatted = max(0, self._preformatted + (-1 if closing else 1))
            if name in _PARAGRAPHS and self._lines and self._lines[-1]:
                self._lines.append("")

    def _words(self, raw: str) -> None:
        text = html.unescape(_LONG_NUMBER.sub("\ufffd", raw))
        if not self._preformatted:
            self._line.append(_SPACE.sub(" ", text))
            return
        first, *others = text.split("\n")
        self._line.append(first)
        for line in others:
            self._end_line(always=True)
            self._line.append(line)

    def _end_line(self, always: bool = False) -> None:
        line = "".join(self._line)
        line = line.rstrip() if self._preformatted else _SPACE.sub(" ", line).strip()
        self._line = []
        if line or always:
            self._lines.append(("> " * min(self._quoted, 5) + line).rstrip())
