"""Which declared artifact of the JVM an import is of."""

import pytest

from plumbrule.core.facts import Evidence
from plumbrule.mcp_server.analysis.graph.jvm_artifacts import artifact_uses
from plumbrule.mcp_server.analysis.graph.links import Links, Outside
from plumbrule.mcp_server.analysis.graph.usage import usage_of
from plumbrule.mcp_server.analysis.sections.dependencies import Dependency


@pytest.mark.parametrize(
    ("declared", "target", "expected"),
    [
        ("com.google.guava:guava", "com.google.common.collect.Lists", "com.google.guava:guava"),
        ("com.squareup.okhttp3:okhttp-jvm", "okhttp3.OkHttpClient", "com.squareup.okhttp3:okhttp-jvm"),
        (
            "org.apache.commons:commons-lang3",
            "org.apache.commons.lang3.StringUtils",
            "org.apache.commons:commons-lang3",
        ),
        ("org.apache.commons:commons-lang3", "org.apache.commons.text.WordUtils", ""),
        (
            "org.jetbrains.kotlinx:kotlinx-coroutines-core",
            "kotlinx.coroutines.launch",
            "org.jetbrains.kotlinx:kotlinx-coroutines-core",
        ),
        ("org.mockito:mockito-core", "org.mockito.Mockito", "org.mockito:mockito-core"),
        ("org.typelevel:cats-core_$scalaVersion", "cats.Monad", "org.typelevel:cats-core_$scalaVersion"),
        ("org.slf4j:slf4j-simple", "org.slf4j.Logger", ""),
        (
            "org.junit.jupiter:junit-jupiter-api org.junit.jupiter:junit-jupiter-params",
            "org.junit.jupiter.api.Test",
            "org.junit.jupiter:junit-jupiter-api",
        ),
        (
            "org.springframework.boot:spring-boot-starter-web org.springframework.boot:spring-boot-devtools",
            "org.springframework.boot.SpringApplication",
            "",
        ),
        ("com.shop:one com.shop:two", "com.shop.Thing", ""),
        ("com.shop:one com.shop:two", "com.shop.two.Thing", "com.shop:two"),
        ("com.shop:one", "com.shopping.Thing", ""),
    ],
)
def test_an_import_is_of_an_artifact_only_where_one_alone_can_be_meant(
    declared: str, target: str, expected: str
) -> None:  # S-35
    direct = [Dependency(name, "jvm", "runtime", Evidence("pom.xml:1", "x")) for name in declared.split()]
    outside = Outside("src/A.java", 3, target.rpartition(".")[0], "Java", (), target)
    found = artifact_uses(usage_of(Links({}, {}, (outside,))), direct)
    assert {name: one.paths for name, one in found.items()} == ({expected: ("src/A.java",)} if expected else {})
