"""配信内容: paths of two or three levels joined by U+FF0D, and the statistic class each counts in."""

from dataclasses import dataclass

from subscribers.town import CATEGORY_SEPARATOR, Town


@dataclass(frozen=True)
class CategoryTree:
    """Every second level is a path by itself too: 一般－気象情報 as well as 一般－気象情報－台風."""

    _town: Town

    def paths(self) -> tuple[str, ...]:
        """In the order of the town file, the shorter path before those below it."""
        found: list[str] = []
        for first, branch in self._town.categories.items():
            for second, names in branch.items():
                parts = [(first, second), *((first, second, third) for third in names)]
                found.extend(CATEGORY_SEPARATOR.join(part) for part in parts)
        return tuple(found)

    def has(self, path: str) -> bool:
        return path in self.paths()

    def under(self, prefix: str) -> tuple[str, ...]:
        """The path itself, if it is one, and the paths below it; compared by whole levels."""
        return tuple(path for path in self.paths() if is_under(path, prefix))

    def statistic_class(self, path: str) -> str:
        """統計区分 by the longest part of the path that the town file names, else the default one."""
        levels = path.split(CATEGORY_SEPARATOR)
        for length in range(len(levels), 0, -1):
            name = self._town.statistic_classes.get(CATEGORY_SEPARATOR.join(levels[:length]))
            if name is not None:
                return name
        return self._town.other_statistic_class

    def statistic_classes(self) -> tuple[str, ...]:
        """Every class the yearly report counts by, the default one last."""
        named = dict.fromkeys(self._town.statistic_classes.values())
        named.pop(self._town.other_statistic_class, None)
        return (*named, self._town.other_statistic_class)


def is_under(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(prefix + CATEGORY_SEPARATOR)


def first_level(path: str) -> str:
    """市内, 市外 or 一般."""
    return path.split(CATEGORY_SEPARATOR, maxsplit=1)[0]
