"""Every rule of findings: what was seen, what to do about it, where it belongs. `plumbrule://rules` and SARIF show it."""
# ruff: noqa: E501 - because a table of one rule a line reads best

from typing import NamedTuple

from plumbrule.mcp_server.analysis.sections.findings import Category


class About(NamedTuple):
    """One rule. `seen` and `advice` are sentences without their full stop; `scorecard` is OpenSSF Scorecard's check
    that asks the same."""

    category: Category
    seen: str
    advice: str
    scorecard: str | None = None


_WORKFLOW, _TOKEN, _PINNED, _BINARY = (
    "Dangerous-Workflow",
    "Token-Permissions",
    "Pinned-Dependencies",
    "Binary-Artifacts",
)

CATALOG: dict[str, About] = {
    "secret.committed": About("secret", "a published token format, a private key, a password in a URL or a random literal assigned to a secret's name", "revoke it where it was issued; removing it from the newest commit is not enough, because the history keeps it"),
    "tree.env-file": About("secret", "a .env file that is no example", "keep it out of version control, commit an example without values"),
    "ci.target-checkout": About("ci", "`pull_request_target`, `workflow_run` or `issue_comment` together with a checkout of the pull request's head", "run foreign code under `pull_request`, without secrets, and hand only data to the privileged workflow", _WORKFLOW),
    "ci.script-injection": About("ci", "an expression puts words that an outsider chooses into a script", "give the words to the script as an environment variable and quote it there", _WORKFLOW),
    "ci.input-in-script": About("ci", "an expression puts a free input of the workflow or action, or a branch's name, into a script; who chooses it may run anything", "give the input to the script as an environment variable and quote it there"),
    "ci.pull-request-target": About("ci", "`pull_request_target` runs with the repository's secrets", "use `pull_request` unless the workflow neither runs nor builds what the request brings"),
    "ci.workflow-run": About("ci", "`workflow_run` runs with the repository's secrets after workflows that strangers start", "treat the artifacts of the other workflow as untrusted"),
    "ci.write-all": About("ci", "`permissions: write-all`", "name the permissions that each job needs", _TOKEN),
    "ci.default-permissions": About("ci", "a workflow whose jobs name no `permissions`, so that the repository's default holds, which may be to write", "set `permissions: {}` or `contents: read` at the top and more where a job needs it", _TOKEN),
    "ci.broad-permissions": About("ci", "a permission to write is given to all jobs of a workflow", "move it to the job that needs it", _TOKEN),
    "ci.unpinned-action": About("ci", "an action of others is named by a tag or branch that its owner can move", "name the full commit, with the tag as a comment", _PINNED),
    "ci.unpinned-official-action": About("ci", "an action of GitHub's own is named by a tag or branch that can move", "name the full commit, with the tag as a comment", _PINNED),
    "ci.unpinned-image": About("ci", "a container image without a digest", "name the image by its digest"),
    "ci.unpinned-orb": About("ci", "an orb that is named by a version that moves", "name a full version of the orb"),
    "ci.unpinned-include": About("ci", "a definition of another project is included without a ref", "name a commit of the other project", ),
    "ci.remote-include": About("ci", "a definition is included from an address whose content can change", "include from a project at a commit, or give its integrity hash"),
    "ci.secrets-inherit": About("ci", "all secrets are handed to a workflow of another repository", "hand over the secrets that it needs by name"),
    "ci.all-secrets": About("ci", "`toJSON(secrets)` gives every secret to a step", "give the secrets that the step needs by name"),
    "ci.self-hosted-runner": About("ci", "a trigger that strangers can set off runs on a self-hosted runner", "use hosted runners for what strangers start, or runners that live for one job"),
    "ci.cache-poisoning": About("ci", "a privileged workflow fills a cache after it checked out foreign code", "do not cache where foreign code ran"),
    "ci.spoofable-actor": About("ci", "a privileged workflow trusts `github.actor` to be a bot; who triggers an event is not who wrote the code", "compare `github.event.pull_request.user.login` instead"),
    "ci.insecure-commands": About("ci", "ACTIONS_ALLOW_UNSECURE_COMMANDS lets output of a step set variables and paths", "write to GITHUB_ENV and GITHUB_PATH instead"),
    "ci.environment-file": About("ci", "a privileged workflow writes an outsider's words or files into GITHUB_ENV or GITHUB_PATH", "give the value to the one step that needs it, after it was checked", _WORKFLOW),
    "ci.kept-token": About("ci", "the whole working folder is uploaded after a checkout that kept its token in `.git/config`", "set `persist-credentials: false`, or upload the one folder that is wanted"),
    "ci.written-password": About("ci", "`credentials.password` of a container is a literal", "take it from the repository's secrets, and change it where it was issued"),
    "ci.debug-trace": About("ci", "CI_DEBUG_TRACE writes every variable, secrets too, into the job's log", "remove it, or set it for one run by hand"),
    "ci.download-run": About("ci", "a download is piped into a shell", "download a fixed version, check its hash, then run it", _PINNED),
    "danger.eval": About("code", "text is evaluated as code", "parse the data, or call what is wanted from a table of names"),
    "danger.exec": About("code", "code is made or loaded from text at run time", "import by a fixed name, or from a list of allowed names"),
    "danger.shell": About("code", "a shell is given a command that is not literal", "give the program and its arguments as a list, without a shell"),
    "danger.deserialize": About("code", "a format is read that can make any object or run code", "use a format of plain data such as JSON, or the safe loader"),
    "danger.tls-off": About("code", "the certificate of the other side is not checked", "leave the check on; give the private authority's certificate instead"),
    "danger.weak-hash": About("code", "MD5 or SHA-1 for a password or a signature", "use a password hash (argon2, scrypt, bcrypt) or SHA-256"),
    "danger.html": About("code", "HTML is set from a value that is not literal", "set text instead, or clean the HTML first"),
    "danger.sql": About("code", "an SQL statement is put together from strings", "use placeholders and give the values apart"),
    "danger.tempfile": About("code", "the name of a temporary file is chosen before the file is made", "use the call that makes and opens the file in one step"),
    "danger.unsafe-c": About("code", "a C function that writes without a bound, or hands text to a shell", "use the bounded function, or give arguments as a list"),
    "danger.debug": About("code", "a web application is started with its interactive debugger", "take the switch from the environment and leave it off where others can reach the port"),
    "danger.xml": About("code", "XML is read with external entities allowed", "forbid entities, or use a hardened parser"),
    "docker.root": About("code", "the container's process runs as root", "add a `USER` after the last step that needs root"),
    "docker.add-remote": About("code", "`ADD` of an address without a checksum", "give `--checksum`, or download and check in a `RUN`", _PINNED),
    "docker.download-run": About("code", "a download is piped into a shell while the image is built", "download a fixed version, check its hash, then run it", _PINNED),
    "docker.unpinned-base": About("dependency", "a base image without a digest", "name the image by its digest", _PINNED),
    "docker.privileged": About("code", "a service of a compose file runs with all privileges of the host", "give the single capabilities that it needs"),
    "docker.socket": About("code", "a service of a compose file is given Docker's socket, which is root on the host", "leave it out, or put a filtering proxy before it"),
    "tree.program": About("tree", "a compiled program, library or archive by its ending", "build it from source, or publish it as a release", _BINARY),
    "tree.symlink-escape": About("tree", "a symbolic link's target lies outside of the repository", "remove it; tools that follow it read or write what is not the repository's"),
    "tree.hidden-name": About("tree", "a file name with bidi, zero-width or control characters", "rename the file"),
    "package-json.install-script": About("dependency", "package.json has a script that npm runs at installation", "read the script; install with `--ignore-scripts` until you have"),
    "requirements.index": About("dependency", "a requirements file names an index or a place to take packages from", "check that the index is yours and that public names cannot shadow its packages"),
    "dependency.vulnerable": About("dependency", "a locked or pinned version that an advisory names", "move to the version that the advisory names as fixed, or read why it does not concern you"),
    "policy.no-security": About("policy", "no SECURITY file says how to report a vulnerability", "add SECURITY.md with a contact and what to expect", "Security-Policy"),
    "licence.missing": About("licence", "neither a licence file nor the metadata names a licence", "ask the author; without a licence all rights are reserved", "License"),
    "licence.unrecognised": About("licence", "a licence file is there and its words match no known licence", "have it read by somebody who may judge it", "License"),
    "licence.disagreement": About("licence", "the metadata and the licence file name different licences", "ask which one holds; the file's text usually does"),
    "text.instruction-override": About("text", "a text tells its reader to ignore instructions", "keep the file out of a model's context, or mark it as data"),
    "text.disguised-order": About("text", "an order to ignore instructions in base64, rot13, hexadecimal, spaced or reversed letters, look-alikes or invisible characters", "keep the file out of a model's context and ask who put it there"),
    "text.order-to-model": About("text", "visible words tell a model to send, to run, to hide or to ignore something", "keep the file out of a model's context, or mark it as data"),
    "text.comment-to-model": About("text", "a comment or an element that is not shown addresses a model", "read it in the source; keep it out of a model's context"),
    "text.bidi-control": About("text", "controls that change the direction of text, on lines without right-to-left letters (Trojan Source, CVE-2021-42574)", "remove them; code reads differently from what is shown"),
    "text.look-alike": About("text", "a word of Latin letters with single Cyrillic or Greek letters of the same shape (CVE-2021-42694)", "write the word in one alphabet"),
    "text.selector-payload": About("text", "four or more variation selectors in a row: bytes hidden behind one character", "remove them and ask who put them there"),
    "text.tag-characters": About("text", "Unicode tag characters that spell no flag: text that models read and people do not see", "remove them and ask who put them there"),
    "text.terminal-colour": About("text", "raw colour sequences in a text that people print on a terminal", "remove them, or write them as escapes"),
    "text.terminal-sequence": About("text", "escape sequences that move the cursor, erase, set titles or write to the clipboard", "look at the file with a tool that shows control characters"),
    "text.zero-width-payload": About("text", "a run of invisible characters that carries data, or is far longer than any use", "remove them and ask who put them there"),
    "text.zero-width-word": About("text", "invisible characters inside words of code", "remove them; two names that look alike may differ"),
    "agent.file": About("text", "a file that gives instructions to coding agents, which follow them when they work in the repository", "read it before an agent does"),
    "agent.exfiltration": About("text", "a file for coding agents orders to send secrets elsewhere", "let no agent work in the repository before it is gone"),
    "agent.safety-off": About("text", "a file for coding agents orders to work without confirmation or safeguards", "let no agent work in the repository before it is gone"),
    "agent.secrecy": About("text", "a file for coding agents orders to keep something from the user", "let no agent work in the repository before it is gone"),
    "agent.hook": About("text", "settings of a coding agent run commands at its events", "read the commands before you trust the folder"),
    "agent.mcp-command": About("text", "settings of a coding agent start programs as MCP servers", "read the commands before you trust the folder"),
    "editor.run-on-open": About("text", "a task that an editor runs when the folder is opened", "read the task before you trust the folder"),
    "shell.download-run": About("text", "a file for coding agents pipes a download into a shell", "let an agent install from a package manager instead"),
    "findings.over-limit": About("policy", "more findings than are listed; the gravest are", "look at a part of the repository, or select rules"),
}  # fmt: skip

_SCORECARD = (
    "Binary-Artifacts",
    "Dangerous-Workflow",
    "Dependency-Update-Tool",
    "Fuzzing",
    "License",
    "Packaging",
    "Pinned-Dependencies",
    "SAST",
    "Security-Policy",
    "Token-Permissions",
)

RULES: dict[str, str] = {
    **{f"scorecard.{name.lower()}": f"OpenSSF Scorecard's check {name}, as far as the tree alone answers it" for name in _SCORECARD},
    **{name: f"{about.seen}. To do: {about.advice}." for name, about in CATALOG.items()},
}  # fmt: skip
