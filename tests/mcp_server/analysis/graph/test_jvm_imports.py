"""What imports of Java and Kotlin mean in a tree."""

import pytest

from plumbrule.mcp_server.analysis.graph.resolving.jvm import resolver
from plumbrule.mcp_server.analysis.graph.tree import Resolution, Tree
from plumbrule.mcp_server.analysis.syntax.facts import Index
from plumbrule.mcp_server.analysis.syntax.model import Import
from plumbrule.mcp_server.dependencies.model import Declaration, Manifest, ManifestRule


def facts(package: str, *exports: str) -> Index:
    raw: list[list[object]] = [[package, 1, "package", [], []]]
    return Index(1, 0, 0, 1, 0, raw, [], [], [], [], [], [], [], [], 0, 0, 0, list(exports), "")


FACTS = {
    "core/src/main/java/a/b/Shop.java": facts("a.b", "Shop", "Second"),
    "core/src/test/java/a/b/Shop.java": facts("a.b", "Shop"),
    "core/src/test/java/a/b/ShopTest.java": facts("a.b", "ShopTest"),
    "app/src/main/kotlin/util.kt": facts("a.util", "ext", "Tool"),
    "app/src/commonMain/kotlin/P.kt": facts("a.p", "P"),
    "app/src/jvmMain/kotlin/P.kt": facts("a.p", "P"),
    "app/src/main/java/a/c/Main.java": facts("a.c", "Main"),
}
POM = Manifest(
    "pom.xml",
    ManifestRule("pom.xml", "jvm", "manifest", "maven"),
    (Declaration("dependency", "1", 1, "maven.dependencies", "com.google.guava:guava", "runtime"),),
)


@pytest.fixture(scope="module")
def tree() -> Tree:
    languages = {path: "Kotlin" if path.endswith(".kt") else "Java" for path in FACTS}
    return Tree(languages, FACTS, {}, (POM,))


MAIN = "app/src/main/java/a/c/Main.java"
SHOP = "core/src/main/java/a/b/Shop.java"


@pytest.mark.parametrize(
    ("path", "target", "names", "expected"),
    [
        (MAIN, "a.b.Shop", ("Shop",), (SHOP,)),
        (MAIN, "a.b.Shop.Inner", ("Inner",), (SHOP,)),
        (MAIN, "a.b.Shop.create", ("create",), (SHOP,)),
        (MAIN, "a.b.Shop", ("*",), (SHOP,)),
        (MAIN, "a.b.Second", ("Second",), (SHOP,)),
        (MAIN, "a.b", ("*",), (SHOP,)),
        ("core/src/test/java/a/b/ShopTest.java", "a.b.Shop", ("Shop",), ("core/src/test/java/a/b/Shop.java",)),
        (MAIN, "a.util.ext", ("ext",), ("app/src/main/kotlin/util.kt",)),
        ("app/src/jvmMain/kotlin/P.kt", "a.p.P", ("P",), ("app/src/jvmMain/kotlin/P.kt",)),
    ],
)
def test_names_lead_to_the_nearest_file_that_offers_them(
    tree: Tree, path: str, target: str, names: tuple[str, ...], expected: tuple[str, ...]
) -> None:  # S-33
    assert resolver(tree)(path, Import(target, 1, "import", names)) == Resolution("file", expected)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("java.util.List", Resolution("builtin")),
        ("javax.crypto.Cipher", Resolution("builtin")),
        ("kotlin.math.max", Resolution("builtin")),
        ("javax.inject.Inject", Resolution("external", (), "javax.inject")),
        ("kotlin.test.Test", Resolution("external", (), "kotlin.test")),
        ("kotlinx.coroutines.flow.Flow", Resolution("external", (), "kotlinx.coroutines")),
        ("org.junit.Test", Resolution("external", (), "org.junit")),
        ("org.junit.jupiter.api.Test", Resolution("external", (), "org.junit.jupiter")),
        ("com.google.guava.x.Y", Resolution("external", (), "com.google.guava")),
        ("okhttp3.OkHttpClient", Resolution("external", (), "okhttp3")),
        ("lombok.Data", Resolution("external", (), "lombok")),
        ("a.b.Generated", Resolution("unknown")),
    ],
)
def test_other_names_are_the_platforms_a_librarys_or_made_by_the_build(
    tree: Tree, target: str, expected: Resolution
) -> None:
    assert resolver(tree)(MAIN, Import(target, 1, "import", (target.rpartition(".")[2],))) == expected


SAME = {
    "a/src/main/java/p/One.java": facts("p", "One", "Twice"),
    "a/src/main/java/p/Two.java": facts("p", "Two", "Twice"),
    "a/src/test/java/p/OneTest.java": facts("p", "OneTest"),
    "a/src/main/kotlin/p/Three.kt": facts("p", "Three", "three"),
    "b/A.java": facts("", "A"),
    "c/B.java": facts("", "B"),
    "c/C.java": facts("", "C"),
}


@pytest.mark.parametrize(
    ("path", "name", "expected"),
    [
        ("a/src/main/java/p/One.java", "Two", "a/src/main/java/p/Two.java"),
        ("a/src/main/java/p/One.java", "Three", "a/src/main/kotlin/p/Three.kt"),
        ("a/src/main/kotlin/p/Three.kt", "One", "a/src/main/java/p/One.java"),
        ("a/src/test/java/p/OneTest.java", "One", "a/src/main/java/p/One.java"),
        ("a/src/main/java/p/One.java", "OneTest", ""),
        ("a/src/main/kotlin/p/Three.kt", "Twice", ""),
        ("a/src/main/java/p/One.java", "Unknown", ""),
        ("c/B.java", "C", "c/C.java"),
        ("c/B.java", "A", ""),
    ],
)
def test_a_name_without_import_is_that_of_the_one_file_of_its_package(path: str, name: str, expected: str) -> None:
    # S-33
    tree = Tree({each: "Kotlin" if each.endswith(".kt") else "Java" for each in SAME}, SAME, {}, ())
    found = resolver(tree)(path, Import(name, 1, "use", (name,), ("reference", "package")))
    assert found.files == ((expected,) if expected else ())
