"""Reads a front end's source, starting from the few places where certain texts stand.

A file without any of these texts is never parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from twitter_setup.project.reader import nuxt, strings
from twitter_setup.project.reader.addresses import Addresses
from twitter_setup.project.reader.flow.evaluate import Evaluator
from twitter_setup.project.reader.flow.trace import Sink, Tracer
from twitter_setup.project.reader.flow.values import Text
from twitter_setup.project.reader.logins import Logins
from twitter_setup.project.reader.project import Project
from twitter_setup.project.reader.reads import Reads
from twitter_setup.project.reader.source import Source, Variable

_PATH_WORDS = (b"connect", b"auth/", b"/api", b"'api'", b'"api"', b"twitter")
_IDLE = frozenset({"import", "compare", "display"})


def read(
    root: Path,
    *,
    port: int,
    hosts: Iterable[str] = (),
    routes: Sequence[str] = (),
    names: Iterable[str] = (),
    packages: Mapping[str, Path] | None = None,
    is_nuxt: bool = False,
) -> Source:
    """Read the front end in `root`.

    `port` is the back end's; `hosts` are tunnel hosts of earlier runs. `routes` are the paths of the
    back end's content types. `names` are variables that the env files set. `packages` are the
    workspace packages that the front end depends on, by name.
    """
    project = Project(root, packages)
    evaluator = Evaluator(project, frozenset(names))
    tracer = Tracer(evaluator)
    if is_nuxt:
        nuxt.read(project, evaluator)
    Reads(project, evaluator).run()
    facts = evaluator.facts
    evaluator.known |= facts.reads.keys()
    addresses = Addresses(project, evaluator, tracer, port, hosts).find()
    logins = Logins(has_default_base=bool(project.containing(b"defaults.baseURL")))
    _Paths(project, evaluator, tracer, logins, routes).read()
    return Source(
        variables={
            name: Variable(
                name=name,
                reads=tuple(facts.reads.get(name, ())),
                fallbacks=tuple(facts.fallbacks.get(name, ())),
                appended=frozenset(facts.appended.get(name, ())),
            )
            for name in dict.fromkeys((*facts.reads, *facts.fallbacks))
        },
        addresses=addresses,
        logins=logins.found(),
    )


class _Paths:
    """Find the paths of Strapi's API in strings, and follow them to whole URLs."""

    def __init__(
        self,
        project: Project,
        evaluator: Evaluator,
        tracer: Tracer,
        logins: Logins,
        routes: Sequence[str],
    ) -> None:
        self._project = project
        self._evaluator = evaluator
        self._tracer = tracer
        self._logins = logins
        names = [re.escape(each.encode()) for each in ("connect", "auth", "api", *routes)]
        self._path = re.compile(
            rb"(?<=[\"'`}])/?(?:%s)(?=[/?\"'`$#])|\bconnect/|\bauth/|[\"'`]twitter[\"'`]"
            % b"|".join(names)
        )
        self._words = (*_PATH_WORDS, *(each.encode() for each in routes))

    def read(self) -> None:
        for path in self._project.containing(*self._words):
            self._in_file(path)

    def _in_file(self, path: str) -> None:
        module = self._project.module(path)
        if module is None:
            return
        seen: set[int] = set()
        for match in self._path.finditer(module.source):
            node = strings.around(module, match.start())
            if node is None:
                continue
            string = strings.whole(node)
            if string.id in seen:
                continue
            seen.add(string.id)
            for sink in self._tracer.sinks(module, string):
                if sink.context in _IDLE:
                    continue
                for found in self._whole_texts(sink):
                    self._evaluator.facts.append(found)
                    self._logins.add(sink, found)

    def _whole_texts(self, sink: Sink) -> tuple[Text, ...]:
        texts = self._evaluator.texts(sink.module, sink.root, sink.frame)
        if sink.call is None:
            return texts
        client = self._tracer.client_of(sink)
        if client is None:
            return texts
        return tuple(Text((*client.base.pieces, *found.pieces)) for found in texts)
