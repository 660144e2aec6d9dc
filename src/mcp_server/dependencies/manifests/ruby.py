"""`Gemfile`, gemspecs and `Rakefile`: Ruby programs, read by literal patterns only."""

import re

from plumbrule.mcp_server.dependencies.manifests.lines import Lines
from plumbrule.mcp_server.dependencies.model import DEV_SCOPE, RUNTIME_SCOPE, Declaration, Field, ManifestText

_STRING = r"""["']([^"']+)["']"""
_GEM = re.compile(rf"\s*gem\s*\(?\s*{_STRING}(?:\s*,\s*{_STRING})?")
_DEPENDENCY = re.compile(rf"\s*\w+\.add_(runtime_|development_)?dependency\s*\(?\s*{_STRING}(?:\s*,\s*{_STRING})?")
_SPEC = re.compile(
    rf"\s*\w+\.(name|version|summary|description|licenses?|required_ruby_version)\s*=\s*\[?\s*"
    rf"(?:Gem::Requirement\.new\(\s*)?(?:%w\[([^\]]+)\]|{_STRING})"
)
_PROGRAMS = re.compile(
    r"\s*\w+\.executables\s*(?:=|<<)\s*(?:%w[\[({]([^\])}]+)[\])}]|\[?(\s*[\"'][^\"']+[\"'](?:\s*,\s*[\"'][^\"']+[\"'])*))"
)
_COMPUTED = re.compile(r"\s*\w+\.executables\s*=\s*(?![\s\[]*[\"'%])[^\n]{0,200}?(?:\b|\\A)(bin|exe)\b(?!\w*\s*=)")
_FIELDS: dict[str, Field] = {
    "name": "name",
    "version": "version",
    "summary": "description",
    "license": "licence",
    "licenses": "licence",
}


def gemfile(file: ManifestText) -> list[Declaration]:
    """Bundler's file; groups named development or test are development dependencies, and so is everything where a
    gemspec beside it says what the gem itself needs."""
    found: list[Declaration] = []
    blocks: list[bool] = []
    of_gem = False
    for number, line in Lines(file.raw):
        text = line.strip()
        if one := re.match(rf"ruby\s*\(?\s*{_STRING}", text):
            found.append(Declaration("runtime", one[1], number, "gemfile.ruby", "ruby"))
        elif one := _GEM.match(line):
            inline = re.search(r"groups?:\s*\[?\s*:(?:development|test)", line)
            scope = DEV_SCOPE if inline or any(blocks) else RUNTIME_SCOPE
            found.append(Declaration("dependency", one[2] or "", number, "gemfile.gem", one[1], scope))
        elif re.match(r"gemspec\b", text):
            of_gem = True
        if re.search(r"\bdo\b(?:\s*\|[^|]*\|)?\s*$", text):
            blocks.append(bool(re.match(r"group\b.*:(?:development|test)", text)))
        elif text == "end" and blocks:
            blocks.pop()
    if of_gem:
        return [one._replace(scope=DEV_SCOPE) if one.field == "dependency" else one for one in found]
    return found


def gemspec(file: ManifestText) -> list[Declaration]:
    """A gem's specification; a description is taken only where no summary stands."""
    found: list[Declaration] = []
    for number, line in Lines(file.raw):
        if one := _SPEC.match(line):
            text = (one[2] or one[3]).strip()
            if one[1] == "required_ruby_version":
                terms = [text] if one[2] else re.findall(_STRING, line)
                found.append(Declaration("runtime", ", ".join(terms), number, "gemspec", "ruby"))
            elif one[1] in _FIELDS:
                found.append(Declaration(_FIELDS[one[1]], text, number, "gemspec"))
        elif one := re.search(rf"\bGem::Specification\.new\s*\(?\s*{_STRING}", line):
            found.append(Declaration("name", one[1], number, "gemspec"))
        elif one := _DEPENDENCY.match(line):
            scope = DEV_SCOPE if one[1] == "development_" else RUNTIME_SCOPE
            found.append(Declaration("dependency", one[3] or "", number, "gemspec", one[2], scope))
        elif one := _COMPUTED.match(line):
            # `files.map { |f| f[/^bin\/(.*)/, 1] }`, `grep(%r{\Aexe/})`: all that lies in the folder
            found.append(Declaration("entry", f"{one[1]}/", number, "gemspec.executables", "", "bin"))
        elif one := _PROGRAMS.match(line):
            for name in one[1].split() if one[1] else re.findall(_STRING, one[2]):
                found.append(Declaration("entry", name, number, "gemspec.executables", name, "bin"))
    return found


_TEST_TASK = re.compile(
    r"\s*(Rake::TestTask\.new|Minitest::TestTask\.(?:create|new)|RSpec::Core::RakeTask\.new)"
    r"(?:\s*\(?\s*:?[\"']?([\w:]+))?"
)


def rakefile(file: ManifestText) -> list[Declaration]:
    """Test tasks by name."""
    found: list[Declaration] = []
    for number, line in Lines(file.raw):
        if one := _TEST_TASK.match(line):
            name = one[2] or ("spec" if one[1].startswith("RSpec") else "test")
        elif one := re.match(r"\s*task\s*\(?\s*[:\"']?(test|spec)\b", line):
            name = one[1]
        else:
            continue
        found.append(Declaration("command", f"bundle exec rake {name}", number, "rakefile.task", name, "test"))
    return sorted(found, key=lambda one: one.label != "test")[:1]
