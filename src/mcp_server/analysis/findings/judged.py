"""What a row of `texts.steering` means in the file it stands in: agents' own files, code, tests, documents.

Files for agents are there to give orders, so that alone is low; orders that cost their user something are high.
Elsewhere the rules about agents' orders mean nothing, and what tests and examples hold is there to be shown.
"""

from plumbrule.core.security.lazy_pattern import LazyPattern
from plumbrule.mcp_server.analysis.inventory import is_aside, shows_only
from plumbrule.mcp_server.analysis.model import Severity

AGENT_FILE = LazyPattern(
    r"(?:^|/)(?:(?:AGENTS?|CLAUDE|GEMINI|CODEX|QWEN|WARP|CRUSH|JULES)(?:\.local)?\.md|\.cursorrules|\.windsurfrules|\.clinerules|\.roorules|"
    r"\.goosehints|copilot-instructions\.md|[^/]+\.instructions\.md|[^/]+\.prompt\.md|[^/]+\.chatmode\.md|SKILL\.md|llms(?:-full)?\.txt)$"
    r"|(?:^|/)(?:\.cursor/(?:rules|commands)|\.clinerules|\.windsurf/(?:rules|workflows)|\.roo/rules[^/]*|\.amazonq/rules|\.junie|\.continue/rules|"
    r"\.claude/(?:commands|agents|skills|rules)|\.codex|\.gemini/commands|\.opencode|\.agents|\.github/(?:prompts|instructions|agents|chatmodes))/.+\.(?:md|mdc|txt|toml|ya?ml)$"
)
"""Where coding agents look for instructions by themselves."""

AGENT_SETTINGS = LazyPattern(
    r"(?:^|/)(?:\.mcp\.json|mcp\.json|\.cursor/(?:mcp|hooks)\.json|\.vscode/(?:mcp|settings|tasks)\.json|\.claude/settings(?:\.local)?\.json|"
    r"\.gemini/settings\.json|\.roo/mcp\.json|\.amazonq/mcp\.json|\.kiro/settings/mcp\.json|\.windsurf/mcp[\w-]*\.json|opencode\.jsonc?|\.zed/settings\.json)$"
)
"""Settings of agents and editors that may start programs."""

_PROSE = LazyPattern(
    r"(?i)\.(?:md|markdown|mdx|rst|txt|adoc|asciidoc|html?|org|po|pot|xlf|xliff|strings|arb|resx|properties|srt|vtt|csv|tsv|svg)$"
)
_SHOWN_BY_SHELLS = LazyPattern(
    r"(?i)\.(?:md|markdown|mdx|rst|txt|adoc|diff|patch|log|json|ya?ml|toml|ini|cfg)$|(?:^|/)(?-i:[A-Z_]+)$"
)


def judged(rule: str, severity: Severity, path: str) -> Severity | None:
    """The severity of one row in the file `path`, None where it means nothing there."""
    room = rule.partition(".")[0]
    aside = shows_only_material(path)
    if room in ("agent", "editor"):
        return _of_agents(rule, severity, path)
    if rule == "shell.download-run":
        return "high" if AGENT_FILE.search(path) else None
    if rule == "text.terminal-colour":
        return "low" if _SHOWN_BY_SHELLS.search(path) and not aside else None
    if rule == "text.terminal-sequence" and not (severity == "high" or _SHOWN_BY_SHELLS.search(path)):
        return None if aside else "low"
    if rule in ("text.zero-width-word", "text.look-alike"):
        return None if _PROSE.search(path) else "low" if aside else severity
    if rule == "text.bidi-control" and severity == "low":  # beside right-to-left text: only code has no need of it
        return None if _PROSE.search(path) or aside or not _CODE.search(path) else "medium"
    if rule == "text.bidi-control" and _PROSE.search(path):  # names are pasted with them
        return "low"
    return "low" if aside else severity


_CODE = LazyPattern(
    r"(?i)\.(?:py|pyi|[cm]?[jt]sx?|go|rs|rb|php|java|kts?|scala|cs|fs|c|h|cc|cpp|cxx|hpp|swift|m|mm|ex|exs|erl|lua|sh|bash|zsh|pl|pm|sol|sql|tf|hcl|dart|r|jl|zig|nim|vue|svelte)$"
)


def shows_only_material(path: str) -> bool:
    """Tests, examples and documents about attacks; a README or an agent's file is read by everybody and is none."""
    if AGENT_FILE.search(path):
        return False
    return is_aside(path) or _SNAPSHOT.search(path) is not None or (shows_only(path) and not _PROSE.search(path))


_SNAPSHOT = LazyPattern(r"(?:^|/)(?:__snapshots__|snapshots)/|\.snap$")
"""What tests have recorded."""


def _of_agents(rule: str, severity: Severity, path: str) -> Severity | None:
    if rule in ("agent.mcp-command", "agent.hook", "editor.run-on-open"):
        if not AGENT_SETTINGS.search(path):
            return None
        return "medium" if rule == "editor.run-on-open" else "low"
    if AGENT_FILE.search(path) or AGENT_SETTINGS.search(path):
        return severity
    return None
