"""The rules of findings: id, and one sentence that says what was seen. `plumbrule://rules` shows them."""
# ruff: noqa: E501 - because a table of one rule a line reads best

TEXT_RULES: dict[str, str] = {
    "text.bidi-control": "controls that change the direction of text, on lines without right-to-left letters (Trojan Source, CVE-2021-42574)",
    "text.disguised-order": "an order to ignore instructions in base64, rot13, hexadecimal, spaced or reversed letters, look-alikes or invisible characters",
    "text.look-alike": "a word of Latin letters with single Cyrillic or Greek letters of the same shape (CVE-2021-42694)",
    "text.selector-payload": "four or more variation selectors in a row: bytes hidden behind one character",
    "text.tag-characters": "Unicode tag characters that spell no flag: text that models read and people do not see",
    "text.terminal-colour": "raw colour sequences in a text that people print on a terminal",
    "text.terminal-sequence": "escape sequences that move the cursor, erase, set titles or write to the clipboard",
    "text.zero-width-payload": "a run of invisible characters that carries data, or is far longer than any use",
    "text.zero-width-word": "invisible characters inside words of code",
    "agent.exfiltration": "a file for coding agents orders to send secrets elsewhere",
    "agent.hook": "settings of a coding agent run commands at its events",
    "agent.mcp-command": "settings of a coding agent start programs as MCP servers",
    "agent.safety-off": "a file for coding agents orders to work without confirmation or safeguards",
    "agent.secrecy": "a file for coding agents orders to keep something from the user",
    "agent.file": "a file that gives instructions to coding agents, which follow them when they work in the repository",
    "editor.run-on-open": "a task that an editor runs when the folder is opened",
    "shell.download-run": "a download is piped into a shell",
}

RULES: dict[str, str] = {**TEXT_RULES}
