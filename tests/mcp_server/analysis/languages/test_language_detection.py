"""Which language a file is in, and why. Each case is a small handmade file; linguist's answer is the expected one."""

import re
import signal
from collections.abc import Iterator

import pytest

from plumbrule.mcp_server.analysis.languages.attributes import Attributes, parse_attributes
from plumbrule.mcp_server.analysis.languages.detection import HEAD_BYTES, classify, explain, plan, settle
from plumbrule.mcp_server.analysis.languages.model import RULES, FileLanguage
from plumbrule.mcp_server.analysis.languages.signs import all_signs, read_sign
from plumbrule.mcp_server.analysis.languages.table import table
from plumbrule.mcp_server.analysis.languages.usual import USUAL, usual_language
from plumbrule.mcp_server.platforms.ports.snapshot import Entry, EntryKind


def entry(path: str, size: int = 100, kind: EntryKind = "file") -> Entry:
    return Entry(path, size, kind, "")


def decide(path: str, data: bytes, attributes: Attributes | None = None) -> FileLanguage:
    [file] = classify([entry(path, len(data))], {path: data}, attributes)
    return file


@pytest.mark.parametrize(
    ("path", "language", "rule"),
    [
        ("a.py", "Python", "languages.extension"),
        ("src/A.JAVA", "Java", "languages.extension"),
        ("Makefile", "Makefile", "languages.filename"),
        ("x/Dockerfile", "Dockerfile", "languages.filename"),
        ("page.html.erb", "HTML+ERB", "languages.extension"),
        ("words.TextGrid", "TextGrid", "languages.extension"),
        ("a.tmLanguage", "XML Property List", "languages.extension"),
        ("view.blade.php", "Blade", "languages.extension"),
        ("app.ts", "TypeScript", "languages.path-only"),
        ("lib.rs", "Rust", "languages.path-only"),
        ("photo.png", None, "languages.binary"),
        ("script", None, "languages.unread"),
    ],
)
def test_a_path_alone_tells_the_language_where_it_can(path: str, language: str | None, rule: str) -> None:  # S-30
    [file] = plan([entry(path)]).files
    assert (file.language, file.rule) == (language, rule)


def test_only_files_whose_path_does_not_tell_are_asked_for() -> None:  # S-30
    planned = plan(
        [entry(p) for p in ("a.py", "b.h", "run", "c.json", "d.png", "node_modules/x.h", "q.sol", "t.blp", "l.ts")]
    )
    assert [e.path for e in planned.ambiguous] == ["b.h", "run", "q.sol", "t.blp"]
    assert [e.path for e in planned.suspicious] == ["a.py", "l.ts"]


def test_links_and_submodules_are_no_files() -> None:
    assert plan([entry("a.py", kind="symlink"), entry("vendored", kind="submodule")]).files == []


def test_an_empty_file_has_no_language() -> None:
    [file] = plan([entry("pkg/__init__.py", 0)]).files
    assert (file.language, file.rule, file.counted) == (None, "languages.empty", False)


SHARED = [
    ("a.h", b"#ifndef A\n#define A\nint f(void);\n#endif\n", "C"),
    ("a.h", b"#pragma once\nnamespace a {\nclass B;\n}\n", "C++"),
    ("a.h", b"#include <vector>\n", "C++"),
    ("a.h", b"#import <Foundation/Foundation.h>\n@interface A : NSObject\n@end\n", "Objective-C"),
    ("a.m", b'#import "A.h"\n@implementation A\n@end\n', "Objective-C"),
    ("a.m", b"% mean of a column\nfunction y = f(x)\ny = mean(x);\nend\n", "MATLAB"),
    ("a.m", b'(* a package *)\nBeginPackage["A`"]\n(* end *)\n', "Wolfram Language"),
    ("a.m", b":- module hello.\n:- interface.\n", "Mercury"),
    ("a.pl", b"use strict;\nmy $x = 1;\n", "Perl"),
    ("a.pl", b"parent(X, Y) :- father(X, Y).\n", "Prolog"),
    ("a.pl", b"use v6;\nclass A { }\n", "Raku"),
    ("A.pm", b"package A::B;\n1;\n", "Perl"),
    ("a.pm", b"/* XPM */\nstatic char *a[] = {\n", "X PixMap"),
    ("a.t", b"use strict;\nuse Test::More;\n", "Perl"),
    ("a.t", b"% a comment\nvar x : int := 1\n", "Turing"),
    ("a.ts", b"export const a: number = 1;\n", "TypeScript"),
    ("a_de.ts", b'<?xml version="1.0"?>\n<!DOCTYPE TS>\n<TS version="2.1">\n', "XML"),
    ("a.tsx", b"export const A = () => <p/>;\n", "TSX"),
    ("a.rs", b"use std::io;\nfn main() {}\n", "Rust"),
    ("a.rs", b"#pragma version(1)\n#pragma rs java_package_name(a)\n", "RenderScript"),
    ("a.md", b"# Title\n", "Markdown"),
    ("a.md", b';; machine description\n(define_insn "x")\n', "GCC Machine Description"),
    ("a.sql", b"SELECT 1;\n", "SQL"),
    ("a.sql", b"CREATE FUNCTION f() RETURNS int AS $$\nBEGIN\nEND;\n$$ LANGUAGE plpgsql;\n", "PLpgSQL"),
    ("a.sql", b"SELECT 1\nGO\n", "TSQL"),
    ("a.sql", b"SELECT seq.nextval FROM dual;\n", "PLSQL"),
    ("a.v", b"module top(input clk);\nalways @(posedge clk)\nendmodule\n", "Verilog"),
    ("a.v", b"Require Import Arith.\nProof.\nQed.\n", "Rocq Prover"),
    ("a.v", b"fn main() {\n\tprintln('x')\n}\n", "V"),
    ("a.cls", b"\\NeedsTeXFormat{LaTeX2e}\n\\ProvidesClass{a}\n", "TeX"),
    ("A.cls", b"public with sharing class A {\n}\n", "Apex"),
    ("A.cls", b"VERSION 1.0 CLASS\nBEGIN\n  MultiUse = -1  'True\nEND\n", "VBA"),
    ("a.inc", b"<?php\nfunction a() {}\n", "PHP"),
    ("a.inc", b"inherit core-image\n", "BitBake"),
    ("a.fs", b"module A\nlet x = 1\n", "F#"),
    ("a.fs", b"#version 330\nuniform vec3 c;\n", "GLSL"),
    ("a.pp", b"file { '/x':\n  ensure => present,\n}\n", "Puppet"),
    ("a.pp", b"program A;\nbegin\nend.\n", "Pascal"),
    ("a.r", b"x <- 1\n", "R"),
    ("a.d", b"module a;\nimport std.stdio;\n", "D"),
    ("a.d", b"main.o: main.c \\\n main.h\n", "Makefile"),
    ("a.l", b"%{\n#include <a.h>\n%}\n%%\n", "Lex"),
    ("a.f", b"      program a\n      end\n", "Fortran"),
    ("a.cs", b"using System;\nnamespace A { }\n", "C#"),
    ("a.cs", b"!A methodsFor: 'x'!\n", "Smalltalk"),
    ("a.pro", b"SOURCES += a.cpp\nHEADERS += a.h\n", "QMake"),
    ("a.pro", b"-keep class a.B\n", "Proguard"),
    ("a.sc", b"import scala.io.Source\nclass A\n", "Scala"),
    ("a.gd", b"extends Node\nfunc _ready():\n\tpass\n", "GDScript"),
    ("a.asc", b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n", "Public Key"),
    ("a.asc", b"= Title\n\nText\n", "AsciiDoc"),
    ("a.yy", b"%token A\n%%\nrule: A;\n", "Yacc"),
    ("a.toc", b"## Interface: 110000\n", "World of Warcraft Addon Data"),
    ("a.html", b"<p>x</p>\n", "HTML"),
    ("a.html", b'<emu-clause id="x">\n', "Ecmarkup"),
    ("a.hh", b"<?hh\n", "Hack"),
    ("a.hh", b"class A {};\n", "C++"),
    ("a.sol", b"pragma solidity ^0.8.0;\ncontract A { }\n", "Solidity"),
    ("a.stl", b"solid a\nendsolid a\n", "STL"),
    ("ls.1", b".TH LS 1\n.SH NAME\nls\n", "Roff Manpage"),
    ("notes.1", b"just text\n", "Text"),
    ("a.es", b"'use strict'\n", "JavaScript"),
    ("a.ex", b"defmodule A do\nend\n", "Elixir"),
    ("a.scm", b"(define (f x) x)\n(if (= x 1) #t)\n", "Scheme"),
    ("highlights.scm", b'(identifier) @variable\n((call) @f (#eq? @f "x"))\n', "Tree-sitter Query"),
    ("a.spec", b"Name: a\nVersion: 1\n%description\n", "RPM Spec"),
    (".eslintrc", b"rules:\n  semi: 1\n", "YAML"),
    ("a.h", b"#include <memory>\nint f(void);\n", "C++"),
    ("a.h", b"#ifdef __cplusplus\n#include <cstdlib>\n#else\n#include <stdlib.h>\n#endif\n", "C"),
    ("a.m", b"#include <stdio.h>\nint main() { return 0; }\n", "Objective-C"),
    ("a.d", b"void f()\n{\n}\n", "D"),
    ("a.d", b'unittest("x")\n{\n}\n', "D"),
    ("a.pp", b"# a type alias\ntype Ntp::Type = String\n", "Puppet"),
    ("a.pp", b"function ntp::f {\n  1\n}\n", "Puppet"),
    ("a.re", b"let x = 1;\n", "Reason"),
    ("a.re", b"/*!re2c\n  [a-z]+ { return 1; }\n*/\n", "C++"),
    ("a.g", b"header { package a; }\nclass P extends Parser;\n", "GAP"),
    ("a.g", b"N10 G21 X1\nG01\n", "G-code"),
    ("a.bf", b"++++++++[>++++<-]\n", "Brainfuck"),
    ("a.cairo", b"[ap + 0] = [fp + -4], ap++;\n", "Cairo Zero"),
    ("a.i", b"/* File: a.i */\n#include <time.h>\n", "SWIG"),
    ("a.bas", b'Attribute VB_Name = "A"\nSet t = ActiveDocument.AttachedTemplate\n', "VBA"),
    ("a.pro", b"; a comment\nplot, x, y, $\n  /noerase\n", "IDL"),
    ("a.trigger", b"public with sharing class A extends B {\n}\n", "Apex"),
    ("a.inc", b"// move a\nnamespace a {\n  int f();  // mov eax, 1\n}\n", "C++"),
    ("a.inc", b"\xef\xbb\xbf<?php\nfunction a() {}\n", "PHP"),
    ("highlights.scm", b'"return" @keyword\n\n(identifier) @variable\n', "Tree-sitter Query"),
    ("a.pluginspec", b'<plugin name="A">\n</plugin>\n', "XML"),
    ("page.1.in", b".TH A 1\n.SH NAME\na\n", "Roff Manpage"),
    (".eslintrc", b"{\n  // c\n}\n", "JSON with Comments"),
]


@pytest.mark.parametrize(("path", "data", "language"), SHARED)
def test_content_decides_between_languages_that_share_an_extension(path: str, data: bytes, language: str) -> None:
    file = decide(path, data)  # S-30
    assert file.language == language, explain(file)
    assert file.rule in ("languages.content", "languages.usual", "languages.manpage")


@pytest.mark.parametrize(
    ("data", "language"),
    [
        (b"#!/bin/bash\n", "Shell"),
        (b"#!/usr/bin/env python3\n", "Python"),
        (b"#!/usr/bin/env -S FOO=1 node --x\n", "JavaScript"),
        (b"#! /usr/local/bin/python3.11 -u\n", "Python"),
        (b'#!/bin/sh\nexec scala "$0" "$@"\n', "Scala"),
        (b"#!/usr/bin/perl -w\n", "Perl"),
        (b"#!\n", None),
        (b"plain words\n", None),
    ],
)
def test_an_interpreter_line_names_the_language(data: bytes, language: str | None) -> None:  # S-30
    assert decide("bin/tool", data).language == language


@pytest.mark.parametrize(
    ("data", "language"),
    [
        (b"# -*- mode: ruby -*-\n", "Ruby"),
        (b"/* -*- C++ -*- */\n", "C++"),
        (b"/* -*- tab-width: 4; Mode: c++ -*- */\n", "C++"),
        (b"# vim: set ft=perl :\n", "Perl"),
        (b"a\nb\n# vim: sw=2 filetype=python\n", "Python"),
        (b"text\n" * 40 + b"// vi: ft=go\n", "Go"),
        (b"// vim: set ft=go\n", None),
        (b"# vim: set ft=c ft=ruby :\n", "Ruby"),
        (b"# vim: titlestring=a\\ ft=sh ft=perl\n", "Perl"),
        (b"# vim: titlestring=a\\ ft=sh\n", None),
        (b"a\n" * 9 + b"# vim: ft=ruby\na\nb\nc\nd\n", "Ruby"),
        (b"a\n" * 9 + b"# vim: ft=ruby\na\nb\nc\nd\n\n", None),
        (b"see -*- above\n", None),
    ],
)
def test_a_modeline_names_the_language_before_anything_else(data: bytes, language: str | None) -> None:  # S-30
    file = decide("thing.unknown-suffix", data)
    assert file.language == language
    assert file.rule == ("languages.modeline" if language else "languages.none")


def test_an_undecided_file_follows_the_other_files_of_its_repository() -> None:
    files = {"a.m": b"% c\nx = 1;\n", "b.m": b"% d\n", "c.m": b"x = 1;\n"}
    answers = classify([entry(p, len(d)) for p, d in files.items()], files)
    assert [(f.language, f.rule) for f in answers][2] == ("MATLAB", "languages.neighbours")
    assert decide("c.m", b"x = 1;\n").rule == "languages.usual"


def test_few_files_and_files_that_are_no_code_speak_for_no_other() -> None:
    stray = {"a.t": b"% a comment\n", **{f"{n}.t": b"  $ run it\n" for n in range(11)}}
    answers = classify([entry(p, len(d)) for p, d in stray.items()], stray)
    assert [f.rule for f in answers][1:] == ["languages.usual"] * 11
    xml = {"lib.rs": b"// nothing yet\n", "recipe.spec": b"# nothing\n", "a.xsd": b"<a/>", "a.rb": b"x = 1\n"}
    found = {f.path: f.language for f in classify([entry(p, len(d)) for p, d in xml.items()], xml)}
    assert (found["lib.rs"], found["recipe.spec"]) == ("Rust", "RPM Spec")


def test_binary_content_has_no_language_whatever_its_name() -> None:
    for path in ("a.mo", "texture.blp", "a.py", "a.pkl"):
        file = decide(path, b"\xde\x12\x04\x95\0\0\0\0")
        assert (file.language, file.binary, file.counted) == (None, True, False)
    assert decide("late.c", b"int x;\n" * 2_000 + b"\0").binary
    assert decide("a.md", b"%PDF-1.4\n").binary
    assert decide("wide.py", "x = 1\n".encode("utf-16")).language == "Python"
    assert decide("wide.inc", "<?php\n".encode("utf-16")).language == "PHP"


def test_a_large_file_pointer_is_not_its_content() -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"
    assert decide("big.py", pointer).rule == "languages.pointer"


def test_attributes_stand_before_every_other_rule() -> None:  # S-30
    attributes = parse_attributes(
        {
            ".gitattributes": (
                b"*.inc linguist-language=PHP\nvendor/ours/** -linguist-vendored\n*.json linguist-detectable\n"
            )
        }
    )
    assert decide("a.inc", b"nothing telling\n", attributes).rule == "languages.attributes"
    assert decide("vendor/ours/a.py", b"x = 1\n", attributes).counted
    assert not decide("vendor/theirs/a.py", b"x = 1\n", attributes).counted
    assert decide("a.json", b"{}\n", attributes).counted
    unknown = decide("a.py", b"x = 1\n", parse_attributes({".gitattributes": b"*.py linguist-language=Nonesuch\n"}))
    assert (unknown.language, unknown.counted) == ("Python", False)  # linguist has no language then, so none is counted


def test_why_this_language_is_answerable_for_any_file() -> None:  # S-30
    file = decide("dist/a.h", b"class A;\n")
    why = explain(file)
    assert why.startswith("C++: several languages share the extension and the content shows a sign of this one (class,")
    assert why.endswith("the path lies in a folder that by convention holds other people's files")
    assert "its type is data" in explain(decide("a.json", b"{}"))
    for path, data, _ in SHARED:
        assert decide(path, data).rule in RULES


def test_a_file_that_was_not_read_says_so() -> None:
    planned = plan([entry("a.h"), entry("tool")])
    assert [f.rule for f in settle(planned, {})] == ["languages.path-only", "languages.unread"]


def test_the_tables_agree_with_each_other() -> None:
    facts = table()
    assert len(facts.languages) > 800
    for extension, signs in all_signs().items():
        for sign in signs:
            assert sign.language in facts.languages, (extension, sign)
            for pattern in (*sign.patterns, *sign.refusals):
                re.compile(pattern, re.MULTILINE)
        unconditional = [not sign.patterns and not sign.refusals for sign in signs]
        assert True not in unconditional[:-1], f"{extension} has signs that are never reached"
    for extension, language in USUAL.items():
        assert language in facts.by_extension.get(extension, (language,)), extension
    for extension, candidates in facts.by_extension.items():
        assert usual_language(extension) in candidates


HOSTILE = [
    b" ",
    b"\t",
    b"\n",
    b"a",
    b"a ",
    b"(",
    b"@",
    b"#",
    b"a:",
    b"<",
    b"class ",
    b"\\",
    b"a.",
    b"import a,",
    b"-*-",
]


@pytest.fixture
def _work_is_bounded() -> Iterator[None]:
    """Ends a test that has used 20 s of processor time: quadratic matching would take minutes."""

    def give_up(signum: int, frame: object) -> None:
        raise TimeoutError("more than linear work")

    previous = signal.signal(signal.SIGVTALRM, give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, 20)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, previous)


@pytest.mark.usefixtures("_work_is_bounded")
@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_repeats_cost_bounded_work(unit: bytes) -> None:
    data = (unit * HEAD_BYTES)[:HEAD_BYTES]
    for extension in all_signs():
        read_sign(extension, data)
        decide("a" + extension, data)
