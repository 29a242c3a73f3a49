"""Category paths and what they count as."""

import pytest

from bulletins.categories import CategoryTree, first_level, is_under
from tests.bulletins.samples import komorebi


@pytest.fixture(scope="module")
def tree() -> CategoryTree:
    return CategoryTree(komorebi())


@pytest.mark.parametrize("path", ["市外－子どもの安全－その他", "市内－不審電話－その他", "一般－気象情報"])
def test_the_paths_of_the_printed_bulletins_are_in_the_tree(tree: CategoryTree, path: str) -> None:
    assert tree.has(path)


@pytest.mark.parametrize("path", ["市内", "", "市内-不審電話-その他", "市内－不審電話－", "市外－迷い人－捜索依頼"])
def test_anything_else_is_not(tree: CategoryTree, path: str) -> None:
    assert not tree.has(path)


def test_every_path_has_two_or_three_levels_and_stands_once(tree: CategoryTree) -> None:
    paths = tree.paths()

    assert {path.count("－") for path in paths} == {1, 2}
    assert len(set(paths)) == len(paths)


def test_the_longest_matching_part_decides_the_statistic_class(tree: CategoryTree) -> None:
    assert tree.statistic_class("市内－不審電話－還付金") == "詐欺等の犯罪情報"
    assert tree.statistic_class("市内－迷い人－捜索依頼") == "迷子・迷い人情報"
    assert tree.statistic_class("一般－気象情報") == "台風等の気象情報"
    assert tree.statistic_class("一般－生活支障－停電") == "その他"
    assert tree.statistic_classes()[-1] == "その他"


def test_levels_are_compared_whole() -> None:
    assert is_under("市内－不審電話－還付金", "市内－不審電話")
    assert not is_under("市内－不審電話－還付金", "市内－不審")
    assert first_level("市外－子どもの安全") == "市外"
