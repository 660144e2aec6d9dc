"""The words of orders: literals for the gate, patterns for what stands there. Data, with the reason for each group."""
# ruff: noqa: RUF001 - because the orders come in many scripts
# ruff: noqa: E501 - because a table of one row a line reads best

import base64
import codecs
import string

from plumbrule.core.security.lazy_pattern import LazyPattern

_AIMED = r"(?:(?:all|any|the|these|those|your|of|my|every|each|to|and|everything)\s+){0,5}"
_EARLIER = r"(?:previous|previously|prior|above|earlier|preceding|foregoing|initial|original)(?:ly)?"
_READER = r"you\s+are\s+an?\s+(?:ai|llm|large|language|assistant|agent|bot|model|chatbot)\b"
_NO_CASE = rf"(?!\s+(?:if|when|unless|in\s+case)\s+(?!{_READER})(?:you|your|you're|on|using)\b)"
"""`Ignore the steps above if you use Windows` is a manual's; if the reader is a model, it is not."""

_ORDERS = rf"(?:instruction|prompt|directive|guideline)s?\b{_NO_CASE}"
ORDER = LazyPattern(
    rf"(?:ignore|disregard|forget|overrul(?:e|ing)|override|bypass|discard|(?:do\s+not|don't|stop)\s+follow(?:ing)?|pay\s+no\s+attention\s+to)"
    rf"(?:\s|[-*_.,:#/>|]){{1,6}}(?:"
    rf"{_AIMED}{_EARLIER}\s+(?:[\w-]+\s+){{0,2}}{_ORDERS}"
    rf"|{_AIMED}(?:[\w-]+\s+){{0,1}}(?:instructions?|prompts?|directives?|guidelines?)\s+(?:you\s+(?:were|have\s+been|had\s+been|are|'ve\s+been)\s+(?:given|told)|above\b{_NO_CASE}|before\s+this|given\s+(?:to\s+you|before|earlier|previously|above))"
    rf"|(?:(?:all|any|of)\s+){{0,3}}your\s+(?:[\w-]+\s+){{0,2}}(?:instruction|system\s+prompt|prompt|directive|guideline|safety\s+rule|programming)s?\b"
    rf"|(?:everything|anything|all)\s+(?:that\s+)?(?:you\s+(?:were|have\s+been|'ve\s+been|had\s+been)\s+(?:told|taught|instructed)|you\s+(?:know|learned)\s+(?:before|so\s+far)|(?:i|we)\s+(?:have\s+)?(?:said|told\s+you)))"
)
"""English. `override` and its kin need a word for instructions behind a word for earlier ones: programs override rules."""

_FOREIGN: tuple[tuple[str, str], ...] = (
    # Gate literal, pattern around it. Word order differs, so these are searched near the literal.
    (
        "instrucciones",
        r"(?:ignor[ae]|olvid[ae]|descart[ae]|omit[ae])(?:r|s|n)?\s+(?:\w+\s+){0,3}instrucciones\s+(?:\w+\s+)?(?:anteriores|previas|precedentes)",
    ),
    (
        "anteriores",
        r"(?:ignor[ae]|esque[çc]a|desconsidere)(?:r|s|m)?\s+(?:\w+\s+){0,3}(?:instru[çc](?:ões|oes)|orientações)\s+(?:\w+\s+)?anteriores",
    ),
    (
        "précédentes",
        r"(?:ignor|oubli)(?:e|ez|er)\s+(?:\w+\s+){0,3}(?:instructions|consignes|directives)\s+(?:\w+\s+)?précédentes",
    ),
    (
        "anweisungen",
        r"(?:ignorier(?:e|en|t)?|vergiss|missachte|vergessen\s+sie)\s+(?:sie\s+)?(?:\w+\s+){0,3}(?:vorherigen?|bisherigen?|früheren?|obigen?|vorangegangenen?|vorigen?)\s+(?:\w+\s+)?anweisungen",
    ),
    ("istruzioni", r"(?:ignora|dimentica)(?:te|re)?\s+(?:\w+\s+){0,3}istruzioni\s+(?:\w+\s+)?(?:precedenti|sopra)"),
    (
        "instructies",
        r"(?:negeer|vergeet)\s+(?:\w+\s+){0,3}(?:vorige|eerdere|voorgaande|bovenstaande)\s+(?:\w+\s+)?instructies",
    ),
    (
        "instrukcje",
        r"(?:z?ignoruj|zapomnij)(?:cie)?\s+(?:\w+\s+){0,3}(?:poprzednie|wcześniejsze|powyższe)\s+(?:\w+\s+)?instrukcje",
    ),
    (
        "polecenia",
        r"(?:z?ignoruj|zapomnij)(?:cie)?\s+(?:\w+\s+){0,3}(?:poprzednie|wcześniejsze|powyższe)\s+(?:\w+\s+)?polecenia",
    ),
    (
        "instruktioner",
        r"(?:ignorera|glöm|ignorér|glem)\s+(?:\w+\s+){0,3}(?:tidigare|föregående|tidligere|forrige)\s+(?:\w+\s+)?instruktioner",
    ),
    ("instruksi", r"abaikan\s+(?:\w+\s+){0,3}instruksi\s+(?:\w+\s+)?(?:sebelumnya|di\s+atas)"),
    ("instrukce", r"ignoruj(?:te)?\s+(?:\w+\s+){0,3}předchozí\s+(?:\w+\s+)?instrukce"),
    ("pokyny", r"ignoruj(?:te)?\s+(?:\w+\s+){0,3}předchozí\s+(?:\w+\s+)?pokyny"),
    (
        "talimat",
        r"(?:önceki|yukarıdaki)\s+(?:\w+\s+){0,3}talimatlar[ıi]n?[ıi]?\s+(?:\w+\s+){0,2}(?:yoksay|yok\s+say|görmezden|unut|dikkate\s+alma)",
    ),
    ("hướng dẫn", r"bỏ\s+qua\s+(?:\S+\s+){0,3}hướng\s+dẫn\s+(?:\S+\s+)?(?:trước|ở\s+trên)"),
    (
        "инструкци",
        r"(?:игнорируй|проигнорируй|забудь|не\s+следуй)(?:те)?\s+(?:\w+\s+){0,3}(?:предыдущи|прежни|вышеуказанн|предшествующи)\w+\s+(?:\w+\s+)?инструкци",
    ),
    (
        "указани",
        r"(?:игнорируй|проигнорируй|забудь)(?:те)?\s+(?:\w+\s+){0,3}(?:предыдущи|прежни)\w+\s+(?:\w+\s+)?указани",
    ),
    (
        "інструкці",
        r"(?:ігноруй|проігноруй|забудь)(?:те)?\s+(?:\w+\s+){0,3}(?:попередні|вищевказані)\w*\s+(?:\w+\s+)?інструкці",
    ),
    (
        "忽略",
        r"忽略(?:掉)?(?:你)?(?:所有|全部|一切)?(?:的)?(?:之前|以前|先前|以上|上述|上面|前面|此前)(?:的|所有|全部|一切|任何){0,3}(?:指令|指示|提示|说明|命令|規則|规则)",
    ),
    (
        "無視",
        r"(?:以前|これまで|上記|前述|今まで|先ほど|前)の?(?:すべて|全て|全|あらゆる)?の?(?:指示|命令|指令|プロンプト)(?:を|は)?(?:すべて|全て)?無視",
    ),
    ("忽視", r"忽視(?:所有|全部)?(?:之前|以前|先前|以上|上述)的?(?:所有|全部)?的?(?:指令|指示|提示|說明|命令)"),
    (
        "무시",
        r"(?:이전|앞선|위의|기존)\s*(?:의\s*)?(?:모든\s*)?(?:지시|명령|지침|프롬프트)(?:사항)?(?:을|를|은|는)?\s*(?:모두\s*)?무시",
    ),
    ("التعليمات", r"تجاهل\s+(?:\w+\s+){0,2}التعليمات\s+(?:\w+\s+)?(?:السابقة|أعلاه)"),
    (
        "无视",
        r"无视(?:掉)?(?:你)?(?:所有|全部|一切)?(?:的)?(?:之前|以前|先前|以上|上述|上面|前面|此前)(?:的|所有|全部|一切|任何){0,3}(?:指令|指示|提示|说明|命令|规则)",
    ),
    ("ההוראות", r"(?:התעלמ?ם?|התעלמי|התעלמו|שכח|שכחו)\s+(?:מ?כל\s+)?מ?ההוראות\s+(?:הקודמות|שלמעלה|לעיל)"),
    (
        "دستورالعمل",
        r"دستورالعمل[\s\u200c]*(?:های|ها)?\s+(?:قبلی|پیشین|بالا)\s+(?:\S+\s+)?(?:را\s+)?(?:نادیده|فراموش)",
    ),
    (
        "οδηγίες",
        r"(?:αγνόησε|αγνοήστε|ξέχνα|ξεχάστε)\s+(?:\S+\s+){0,3}(?:προηγούμενες|παραπάνω)\s+(?:\S+\s+)?οδηγίες",
    ),
    ("निर्देशों", r"(?:पिछले|पहले\s+के|उपरोक्त)\s+(?:\S+\s+){0,2}निर्देशों\s+को\s+(?:\S+\s+)?(?:अनदेखा|नज़रअंदाज|नजरअंदाज|भूल)"),
)
FOREIGN_ORDER = LazyPattern("|".join(pattern for _, pattern in _FOREIGN))

SQUASHED_ORDER = LazyPattern(
    r"(?:[il]gnore|d[il]sregard|forget|overr[il]de)(?:a[il]{2}|any|the|your|of|my|every){0,4}(?:prev[il]ous|pr[il]or|above|ear[il]{2}er|preced[il]ng|system)\w{0,12}?(?:[il]nstruct[il]on|prompt|d[il]rect[il]ve|gu[il]de[il]{2}ne)"
)
DIGITS = str.maketrans("013457", "oleast")
ROT13 = str.maketrans(string.ascii_lowercase, codecs.encode(string.ascii_lowercase, "rot13"))


def _base64_literals(word: str) -> list[str]:
    """`word` inside any base64 text: three alignments, without the letters that its neighbours share; lowered."""
    found: list[str] = []
    for before in range(3):
        body = base64.b64encode(b"\0" * before + word.encode()).decode().rstrip("=")
        found.append(body[(0, 2, 3)[before] : -2].lower())
    return found


_MODEL = r"(?:ai|a\.i\.|llm|large\s+language|language|coding|autonomous)[\s-]+(?:model|agent|assistant|bot|crawler|reviewer)s?|llms?|chatgpt|gpt-?\d\w*|claude(?:\s+code)?|copilot|gemini|codex|chatbots?|cursor\s+agents?"
ADDRESSED = LazyPattern(
    rf"(?i)\b(?:{_MODEL})\b[^.;\n]{{0,60}}\b(?:must|should|always|never|do\s+not|don't|ignore|run|execute|send|fetch)\b"
    rf"|\b(?:{_MODEL})\s*[,:]\s*(?:please|you|do|don't|when|if|make|add|write|say|tell|read|open|include|use)\b"
    rf"|\b(?:if\s+you\s+are|you\s+are|you're|as)\s+an?\s+(?:{_MODEL})\b"
    rf"|<!--[\s\W]{{0,20}}(?:assistant|ai|llm|agents?|chatgpt|claude|copilot|gemini)\s*[:,]"
    rf"|<!--[\s\W]{{0,20}}system\s*:(?=[\s\S]{{0,200}}\b(?:must|always|never|do\s+not|ignore|run|execute|send|fetch|you\s+are|you\s+must|reveal|output)\b)"
    rf"|\b(?:note|message|instructions?|attention|reminder)\s+(?:to|for)\s+(?:(?:all|any|the|every)\s+)?(?:{_MODEL}|agents?|assistants?|models?)\b"
    r"|\b(?:assistant|agent)\s*[,:]\s*(?:please|you|do|don't|ignore|disregard|run|approve|always|never|send|rate)\b"
    r"|\byou\s+are\s+(?:now\s+)?an?\s+(?:ai|assistant|agent|llm|language\s+model)\b"
)
CONSEQUENCE = LazyPattern(
    r"(?i)\b(?:ignore|disregard|run|execute|eval|curl|wget|fetch|download|install|send|post|upload|e-?mail|leak|exfiltrate|reveal|print|output|delete|remove|"
    r"token|secret|password|credential|api[\s_-]?key|do\s+not\s+(?:tell|mention|inform)|don't\s+(?:tell|mention)|without\s+(?:asking|telling)|approve|merge|rate|recommend|https?://)"
)

SPOKEN = LazyPattern(
    rf"(?i)(?:if\s+)?(?:you|you're|you\s+who)\s+are\s+an?\s+(?:{_MODEL}|ai)\b|(?:attention|note|message|instructions?|dear|all)\s*[:,]?\s*(?:(?:to|for)\s+)?(?:all\s+|any\s+)?(?:{_MODEL})\b|(?:{_MODEL})\s+(?:must|are\s+(?:required|instructed|ordered)\s+to)\b"
)
GRAVE = LazyPattern(
    r"(?i)\b(?:ignore|disregard)\s+(?:\w+\s+){0,3}(?:instruction|prompt|rule)|(?:curl|wget)\s[^\n]{0,120}https?://|\b(?:send|upload|post|e-?mail|exfiltrate|forward)\b[^\n.]{0,100}(?:\.env|secret|token|credential|password|api[\s_-]?key|ssh|https?://)"
    r"|\b(?:do\s+not|don't|never|without)\s+(?:tell|telling|inform|informing|mention|mentioning)\s+(?:\w+\s+){0,2}(?:user|human)|\brun\s+(?:\w+\s+){0,3}(?:command|script)[^\n.]{0,60}(?:without|before)"
)

AGENT_ORDERS: tuple[tuple[str, LazyPattern[str], str], ...] = (
    (
        "agent.secrecy",
        LazyPattern(
            r"\b(?:do\s+not|don't|never|without)\s+(?:tell|telling|inform|informing|mention|mentioning|reveal|revealing|notify|notifying|disclose|disclosing|alert|alerting)\s+(?:\w+\s+){0,3}(?:user|human|developer|anyone|them)s?\b"
        ),
        "an order to keep something from the user",
    ),
    (
        "agent.exfiltration",
        LazyPattern(
            r"\b(?:send|upload|post|exfiltrate|transmit|leak|forward|e-?mail|curl|wget|submit)\b[^\n]{0,120}(?:\.env\b|~/\.ssh|id_rsa|~/\.aws|credentials?\b|secrets?\b|api[\s_-]?keys?\b|tokens?\b|passwords?\b|environment\s+variables)[^\n]{0,120}(?:https?://|\b(?:webhook|server|endpoint|url|address)\b)"
            r"|(?:cat|base64|printenv|env)\b[^\n]{0,80}\|\s*(?:curl|nc|wget)\b"
            r"|(?:curl|wget)\b[^\n]{0,160}(?:\$\(cat|\$\(env|@~/|@\.env|\$\(printenv|`cat)"
        ),
        "an order to send secrets elsewhere",
    ),
    (
        "agent.safety-off",
        LazyPattern(
            r"--dangerously-skip-permissions|\"?defaultmode\"?\s*:\s*\"bypasspermissions\"|\"(?:chat\.tools\.(?:global\.)?autoapprove|enableallprojectmcpservers)\"\s*:\s*true"
            r"|\b(?:disable|turn\s+off|bypass|skip)\s+(?:\w+\s+){0,2}(?:safety|security|permission|confirmation|approval|sandbox)\s+(?:check|prompt|rule|filter|guard|request|polic|restriction|feature)"
            r"|\b(?:run|execute|approve|accept)\s+(?:\w+\s+){0,4}without\s+(?:asking|confirm\w*|approval|permission|review)"
        ),
        "an order to work without safeguards",
    ),
)

CONFIGURED: tuple[tuple[str, str, LazyPattern[str], str], ...] = (
    (
        "agent.mcp-command",
        '"mcpservers"',
        LazyPattern(r'"command"\s*:\s*"[^"\n]{1,300}"'),
        "a configuration that starts MCP servers",
    ),
    (
        "agent.hook",
        '"hooks"',
        LazyPattern(r'"command"\s*:\s*"[^"\n]{1,300}"'),
        "a configuration with hooks that run commands",
    ),
    (
        "editor.run-on-open",
        '"folderopen"',
        LazyPattern(r'"runon"\s*:\s*"folderopen"'),
        "a task that runs when the folder is opened",
    ),
)

COMMON: tuple[tuple[str, str], ...] = (
    *(
        (f"{verb} ", "order")
        for verb in (
            "ignore",
            "disregard",
            "forget",
            "overrule",
            "do not follow",
            "don't follow",
            "stop following",
            "pay no attention",
        )
    ),
    *((f"{verb}\n", "order") for verb in ("ignore", "disregard")),
    *(
        (f"{verb} {word}", "order")
        for verb in ("override", "bypass", "discard")
        for word in ("all ", "any ", "the ", "your ", "previous ")
    ),
    *(
        (literal, "encoded")
        for literal in (*_base64_literals("nstruction"), *_base64_literals("NSTRUCTION"), *_base64_literals("previous"))
    ),
    ("vafgehpgvba", "encoded"),
    ("snoitcurtsni", "encoded"),
    (b"nstruction".hex(), "encoded"),
    *((literal, "foreign") for literal, _ in _FOREIGN if literal.isascii()),
    ("<!--", "comment"),
    ("[//]: #", "comment"),
    ("[comment]: ", "comment"),
    ('"mcpservers"', "configured"),
    ('"hooks"', "configured"),
    ('"folderopen"', "configured"),
    *(
        (literal, "spoken")
        for literal in ("are an ai ", "are an llm", "are a language model", "ai assistants", "ai agents", "note to ai")
    ),
)
"""Literal in lowered text, and the check that it leads to. At most 64 in a gate: with more it is six times slower."""

FURTHER: tuple[tuple[str, str], ...] = (
    *((f"i{sep}g{sep}n{sep}o{sep}r{sep}e", "spaced") for sep in " .-_*"),
    *((f"d{sep}i{sep}s{sep}r{sep}e{sep}g{sep}a{sep}r{sep}d", "spaced") for sep in " .-"),
    *((word, "spaced") for word in ("1gn0r", "1gnor", "ign0r", "ignor3", "ignore-all-", "ignore_all_", "ignoreall")),
    *(
        (style, "style")
        for style in (
            "display:none",
            "display: none",
            "font-size:0",
            "font-size: 0",
            "visibility:hidden",
            "color:white",
            "color: white",
            "opacity:0",
        )
    ),
    *((word, "download") for word in ("curl ", "wget ", "iwr ", "irm ", "invoke-webrequest ", "invoke-restmethod ")),
    *(
        (word, "agent")
        for word in (
            "not tell ",
            "n't tell ",
            "never tell",
            "not inform",
            "not mention",
            "never mention",
            "n't mention",
            "not reveal",
            "without telling",
            "without inform",
            "not notify",
            "without asking",
            "without confirm",
            "without approval",
            "without permission",
            "exfiltrat",
            "| curl",
            "|curl",
            "$(cat ",
            "@~/",
            "@.env",
            "~/.ssh",
            "id_rsa",
            "~/.aws",
            "skip-permissions",
            "bypasspermissions",
            "autoapprove",
            "enableallprojectmcp",
            "safety check",
            "permission prompt",
            "security check",
            " .env",
            "`.env",
            "disable safety",
            "turn off safety",
        )
    ),
)

NAMES: tuple[str, ...] = (
    "ai agent",
    "ai assistant",
    "ai model",
    "ai tool",
    "ai bot",
    "ai-agent",
    "ai-assistant",
    "ai reviewer",
    "ai system",
    "ai:",
    "ai,",
    "llm",
    "language model",
    "coding agent",
    "coding assistant",
    "chatgpt",
    "claude",
    "copilot",
    "gemini",
    "gpt-",
    "codex",
    "chatbot",
    "assistant",
    "system:",
    "agents:",
    "agent:",
    "agents,",
    "for agents",
    "to agents",
    "are an ai",
    "autonomous agent",
    "to the agent",
    "for the agent",
    "cursor agent",
)
"""Asked only of files that hold something unseen."""

SCRIPTS: tuple[str, ...] = tuple(
    dict.fromkeys(
        form
        for literal, _ in _FOREIGN
        if not literal.isascii()
        for form in (literal, literal.upper(), literal.capitalize())
    )
)
"""Asked only of files that are not ASCII, whose other letters the gate's lowering leaves as they are."""
