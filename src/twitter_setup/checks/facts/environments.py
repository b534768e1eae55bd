"""What a server sees of a variable: the real environment, and under it `.env` files, and who hides what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from twitter_setup.edits import dotenv
from twitter_setup.project.files import SourceFile
from twitter_setup.system import processes


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A variable as it counts. `file` is None where the real environment sets it.

    `hidden`: the files that give it another value, which does not count.
    `handed_on`: a server that runs still has this other value, from the files as they were.
    """

    name: str
    value: str
    where: str
    file: Path | None = None
    hidden: tuple[tuple[Path, str], ...] = ()
    handed_on: str | None = None

    @property
    def is_real(self) -> bool:
        return self.file is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """`files`: in the order of their precedence, the one that wins last; there or not.

    `real` wins over them all. Secrets are among it: for look-ups by name, never to be shown.
    """

    files: tuple[SourceFile, ...] = ()
    real: Mapping[str, str] = field(default_factory=dict, repr=False)
    real_name: str = "this terminal's environment"
    handed_on: Mapping[str, str] = field(default_factory=dict, repr=False)

    def find(self, name: str) -> Setting | None:
        """The variable as it counts, and where it is set; None where it is not."""
        found = [
            (file.path, values[name])
            for file in reversed(self.files)
            if name in (values := dotenv.values(file.content or b""))
        ]
        if name in self.real:
            value, file, where = self.real[name], None, self.real_name
        elif found:
            (file, value), where = found[0], found[0][0].name
        else:
            return None
        older = self.handed_on.get(name)
        return Setting(
            name=name,
            value=value,
            where=where,
            file=file,
            hidden=tuple((path, other) for path, other in found if other != value),
            # An environment of its own that is set too is what its workers have by right.
            handed_on=older if file and older not in {None, value} else None,
        )

    def names(self) -> tuple[str, ...]:
        """The names that the files set, in the files' order."""
        all_names = (name for file in self.files for name in dotenv.values(file.content or b""))
        return tuple(dict.fromkeys(all_names))


def of_backend(file: SourceFile, shell: Mapping[str, str], port: int, folder: Path) -> Environment:
    """What the Strapi sees that runs on `port` in `folder`, if that may be read.

    Else one that is started here: `shell`.
    """
    running = processes.start_environment(port, str(folder))
    if running is None:
        return Environment(files=(file,), real=shell)
    return Environment(
        files=(file,),
        real=running.own,
        real_name=f"the environment that the running Strapi was started with (PID {running.pid})",
        handed_on=running.handed_on,
    )


def of_frontend(
    files: Sequence[SourceFile], shell: Mapping[str, str], port: int, folder: Path
) -> Environment:
    """The same of a front end's dev server.

    Several of them read the files and start another process with what they read: what such a one
    was started with is the real environment only where this terminal has it, or no file does.
    """
    environment = Environment(files=tuple(files), real=shell)
    running = processes.start_environment(port, str(folder))
    if running is None:
        return environment
    from_files = set(environment.names())
    real = {
        name: value
        for name, value in running.own.items()
        if name not in from_files or shell.get(name) == value
    }
    return Environment(
        files=tuple(files),
        real=real,
        real_name=f"the environment that its dev server was started with (PID {running.pid})",
        handed_on={**running.own, **running.handed_on},
    )
