"""Which declared artifact of Maven or Gradle a package of the JVM comes from: only where one alone can be meant.

A package begins with the group and the artifact's own words (`org.apache.commons:commons-lang3` is
`org.apache.commons.lang3`), with the group, or is in the table. The longest beginning decides; where several declared
artifacts share it (the starters of Spring Boot) it is not known which of them is imported, and none is said to be.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from plumbrule.mcp_server.analysis.graph.usage import Imported, Usage
from plumbrule.mcp_server.analysis.sections.dependencies import Dependency

TABLE = """
com.google.guava:guava com.google.common
com.google.code.gson:gson com.google.gson
com.google.code.findbugs:jsr305 javax.annotation
com.google.dagger:dagger dagger
com.google.dagger:hilt-android dagger.hilt
com.google.protobuf:protobuf-java com.google.protobuf
com.google.auto.value:auto-value com.google.auto.value
com.google.inject:guice com.google.inject
com.squareup.okhttp3:okhttp okhttp3
com.squareup.okhttp3:mockwebserver okhttp3.mockwebserver
com.squareup.okhttp3:logging-interceptor okhttp3.logging
com.squareup.okio:okio okio
com.squareup.retrofit2:retrofit retrofit2
com.squareup.moshi:moshi com.squareup.moshi
com.fasterxml.jackson.core:jackson-databind com.fasterxml.jackson.databind
com.fasterxml.jackson.core:jackson-annotations com.fasterxml.jackson.annotation
com.fasterxml.jackson.core:jackson-core com.fasterxml.jackson.core
com.fasterxml.jackson.module:jackson-module-kotlin com.fasterxml.jackson.module.kotlin
com.fasterxml.jackson.datatype:jackson-datatype-jsr310 com.fasterxml.jackson.datatype.jsr310
com.github.ben-manes.caffeine:caffeine com.github.benmanes.caffeine
com.jayway.jsonpath:json-path com.jayway.jsonpath
com.zaxxer:HikariCP com.zaxxer.hikari
commons-io:commons-io org.apache.commons.io
commons-codec:commons-codec org.apache.commons.codec
commons-cli:commons-cli org.apache.commons.cli
commons-lang:commons-lang org.apache.commons.lang
commons-logging:commons-logging org.apache.commons.logging
commons-beanutils:commons-beanutils org.apache.commons.beanutils
commons-collections:commons-collections org.apache.commons.collections
org.apache.commons:commons-collections4 org.apache.commons.collections4
org.apache.httpcomponents:httpclient org.apache.http
org.apache.httpcomponents.client5:httpclient5 org.apache.hc.client5
org.apache.logging.log4j:log4j-api org.apache.logging.log4j
org.apache.kafka:kafka-clients org.apache.kafka
joda-time:joda-time org.joda.time
junit:junit org.junit junit.framework
org.hamcrest:hamcrest org.hamcrest
org.hamcrest:hamcrest-core org.hamcrest
org.hamcrest:hamcrest-library org.hamcrest
org.jetbrains:annotations org.jetbrains.annotations org.intellij.lang.annotations
org.jetbrains.kotlin:kotlin-test kotlin.test
org.jetbrains.kotlinx:kotlinx-coroutines-core kotlinx.coroutines
org.projectlombok:lombok lombok
org.slf4j:slf4j-api org.slf4j
org.json:json org.json
org.scalatest:scalatest org.scalatest
org.typelevel:cats-core cats
org.typelevel:cats-effect cats.effect
io.projectreactor:reactor-core reactor
io.reactivex.rxjava2:rxjava io.reactivex
io.reactivex.rxjava3:rxjava io.reactivex.rxjava3
io.rest-assured:rest-assured io.restassured
jakarta.persistence:jakarta.persistence-api jakarta.persistence
jakarta.servlet:jakarta.servlet-api jakarta.servlet
jakarta.validation:jakarta.validation-api jakarta.validation
jakarta.ws.rs:jakarta.ws.rs-api jakarta.ws.rs
jakarta.inject:jakarta.inject-api jakarta.inject
javax.servlet:javax.servlet-api javax.servlet
javax.ws.rs:javax.ws.rs-api javax.ws.rs
javax.inject:javax.inject javax.inject
javax.cache:cache-api javax.cache
"""
"""Coordinates and the packages that they hold, where no rule tells: general knowledge."""

_VARIANT = re.compile(r"(?:_(?:2\.1\d|3|\$\{?\w+\}?|\w*[vV]ersion\w*)|-jvm|-android|-jre8|-jdk8)\Z")
_SILENT = re.compile(
    r"(?:^|[-.])(?:bom|devtools|docker-compose|simple|nop|processor|apt|compiler|codegen|plugin|launcher|engine|reload4j|driver|impl)\Z"
)
"""Artifacts that work without an import: at run time, in the compiler, or as a list of versions."""
_FAMILIES = frozenset(
    (
        *("org.apache.commons", "org.junit.jupiter", "org.junit.platform", "org.springframework", "org.apache.maven"),
        *("org.springframework.boot", "org.springframework.cloud", "org.springframework.security", "org.webjars"),
        *("com.fasterxml.jackson.core", "com.google.cloud", "org.jetbrains.kotlin", "org.jetbrains.kotlinx", "io.ktor"),
        *("org.apache.logging.log4j", "org.apache.jena", "io.micronaut", "io.quarkus", "software.amazon.awssdk"),
    )
)
"""Groups of many artifacts that bring each other: the group alone says nothing about one of them."""
_GENERAL = frozenset(("core", "api", "common", "all", "base", "runtime"))


def artifact_uses(usage: Usage, direct: Iterable[Dependency]) -> Mapping[str, Imported]:
    """The imports of each declared artifact that is certain; linear in the imports."""
    imported = usage.packages.get("jvm", {})
    if not imported:
        return {}
    owners: dict[str, set[str]] = {}
    for name in {one.name for one in direct if one.ecosystem == "jvm"}:
        for prefix in _packages_of(name):
            owners.setdefault(prefix, set()).add(name)
    found: dict[str, list[int]] = {}
    uses = sorted((use for each in imported.values() for use in each.uses), key=lambda use: (use.path, use.line))
    known: dict[str, str] = {}
    for at, use in enumerate(uses):
        owner = known.get(use.target)
        if owner is None:
            owner = known[use.target] = _owner(owners, use.target)
        if owner:
            found.setdefault(owner, []).append(at)
    return {
        name: Imported(tuple(uses[at].path for at in places), tuple(uses[at] for at in places))
        for name, places in found.items()
    }


def _owner(owners: Mapping[str, set[str]], target: str) -> str:
    """The one artifact with the longest beginning of a name; "" where there is none or more than one."""
    parts = target.split(".")
    for length in range(len(parts), 0, -1):
        names = owners.get(".".join(parts[:length]))
        if names:
            return next(iter(names)) if len(names) == 1 else ""
    return ""


def _packages_of(name: str) -> Iterator[str]:
    group, _, artifact = name.partition(":")
    artifact = _VARIANT.sub("", artifact)
    known = _listed().get(f"{group}:{artifact}")
    if known is not None:
        yield from known
        return
    if not artifact or _SILENT.search(artifact):
        return
    words, steps = re.split(r"[-_.]", artifact), group.split(".")
    rest = _without_group(words, steps)
    for each in {tuple(rest), tuple(rest[:-1] if rest and rest[-1] in _GENERAL else rest)}:
        if ("." in group and group not in _FAMILIES) or each:
            yield ".".join((*steps, *each))
            yield ".".join((*steps, "_".join(each)))
    if len(words) > 1:
        whole = words[:-1] if words[-1] in _GENERAL else words
        yield from [".".join(whole)] if len(whole) > 1 else []
    elif len(artifact) > 3:
        yield artifact
    if "." in group and group not in _FAMILIES:
        yield group


def _without_group(words: list[str], steps: list[str]) -> list[str]:
    """The artifact's words behind those that repeat the end of its group."""
    for length in range(min(len(words), len(steps)), 0, -1):
        if words[:length] == steps[-length:]:
            return words[length:]
    return words[1:] if len(words) > 1 and steps[-1].startswith(words[0]) else words


@cache
def _listed() -> dict[str, tuple[str, ...]]:
    rows = (line.split() for line in TABLE.splitlines() if line)
    return {name: tuple(packages) for name, *packages in rows}
