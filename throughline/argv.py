"""Several values after one flag: `--by segment family` is rewritten to `--by segment --by family` before parsing."""

from collections.abc import Sequence, Set


def spread(words: Sequence[str], several: Set[str], single: Set[str], needs: int = 0) -> list[str]:
    """The command line with every flag of `several` repeated before each of its values.

    `single` are the flags that take exactly one value, `needs` how many plain words the command must have: when they
    are missing, the last values of a list are taken for them (`--by segment otif` asks for otif by segment).
    """
    groups: list[tuple[str | None, list[str]]] = []
    flag, closed = None, False
    for word in words:
        name, _, value = word.partition("=")
        if closed or word == "--":
            closed = True
            groups.append((None, [word]))
        elif name in several:
            flag = name
            groups.append((flag, [value] if value else []))
        elif word.startswith("-") and len(word) > 1:
            flag = word if word in single else None
            groups.append((None, [word]))
        elif flag in several:
            groups[-1][1].append(word)
        else:
            groups.append(("" if flag is None else None, [word]))
            flag = None
    return _join(groups, needs)


def _join(groups: list[tuple[str | None, list[str]]], needs: int) -> list[str]:
    missing = needs - sum(flag == "" for flag, _ in groups)
    plain: list[str] = []
    for flag, values in reversed(groups):
        while flag and missing > 0 and len(values) > 1:
            plain.insert(0, values.pop())
            missing -= 1
    found: list[str] = []
    for flag, values in groups:
        if not flag:
            found += values
        else:
            found += [part for value in values for part in (flag, value)] or [flag]
    return plain + found
