import pytest

from item_bank.qti.packages.manifest import read_manifest, resolve
from tests.item_bank.qti.packages.zips import CP


@pytest.mark.parametrize(
    ("base", "href", "path"),
    [
        ("items/a.xml", "b.png", "items/b.png"),
        ("items/a.xml", "../img/b%20c.png?size=2#x", "img/b c.png"),
        ("a.xml", "./b.png", "b.png"),
        ("items/a.xml", "../../b.png", None),
        ("items/a.xml", "..", None),
        ("a.xml", "..%2f..%2fetc/passwd", None),
        ("a.xml", "/etc/passwd", None),
        ("a.xml", "..\\b.png", None),
        ("a.xml", "C:/b.png", None),
        ("a.xml", "http://web/b.png", None),
        ("a.xml", "file:///etc/passwd", None),
        ("a.xml", "", None),
    ],
)
def test_an_address_means_a_path_inside_the_package_or_nothing(
    base: str, href: str, path: str | None
) -> None:
    assert resolve(base, href) == path


def test_bases_and_files_without_an_address_of_their_resource_are_understood() -> None:
    manifest = f"""<manifest xmlns="{CP}" identifier="M"><resources xml:base="all/">
<resource identifier="a" type="imsqti_item_xmlv2p1" xml:base="items/">
<file href="a.xml"/><file href="a.png"/></resource></resources></manifest>"""
    (resource,) = read_manifest(manifest.encode(), "imsmanifest.xml").resources
    assert resource.href == "all/items/a.xml"
    assert resource.files == (("a.xml", "all/items/a.xml"), ("a.png", "all/items/a.png"))
