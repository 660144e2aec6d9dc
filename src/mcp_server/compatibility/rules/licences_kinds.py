"""What kind of licence an identifier is: our own table, for what OSADL's matrix does not list or does not tell apart.

Sources: the FSF's list of licences and GPL FAQ, Creative Commons' list of compatible licences, the licences' own texts.
What stands nowhere here and in no matrix is `unknown`, and unknown is never fine.
"""

from functools import cache
from typing import Literal

from plumbrule.mcp_server.analysis.licences.terms import source_available_in
from plumbrule.mcp_server.compatibility.rules.licences_matrix import matrix

Kind = Literal[
    "permissive",
    "file",
    "library",
    "strong",
    "network",
    "source-available",
    "font",
    "document",
    "proprietary",
    "unknown",
]
"""`file` and `library` are weak copyleft: it reaches the file or the library itself. `network` is strong copyleft that
also holds for who uses the program over a network."""

LIKE: dict[str, str] = {
    **dict.fromkeys(
        (
            *("CC0-1.0", "CC-PDDC", "CC-PDM-1.0", "PDDL-1.0", "NIST-PD", "NIST-PD-TNT", "NIST-PD-fallback", "NTIA-PD"),
            *("SAX-PD", "SAX-PD-2.0", "libselinux-1.0", "ANTLR-PD", "ANTLR-PD-fallback", "NCBI-PD", "MIT-0", "NTP-0"),
            *("Unlicense-libtelnet", "Unlicense-libwhirlpool", "WTFNMFPL", "LicenseRef-Public-Domain"),
            *("LicenseRef-scancode-public-domain", "LicenseRef-public-domain", "LicenseRef-PublicDomain"),
        ),
        "0BSD",  # asks for nothing
    ),
    **dict.fromkeys(
        (
            *("BSD-2-Clause-FreeBSD", "BSD-2-Clause-NetBSD", "BSD-2-Clause-Views", "BSD-2-Clause-Darwin"),
            *("BSD-3-Clause-LBNL", "BSD-3-Clause-Modification", "BSD-3-Clause-Sun", "BSD-3-Clause-HP", "DEC-3-Clause"),
            *("BSD-3-Clause-Clear", "MIT-Modern-Variant", "MIT-open-group", "MIT-feh", "MIT-enna", "MITNFA", "MIT-Wu"),
            *("MIT-STK", "MIT-Festival", "X11-distribute-modifications-variant", "X11-swapped", "ISC-Veillard", "Xnet"),
            *("HPND-sell-variant", "HPND-sell-variant-MIT-disclaimer", "HPND-export-US", "HPND-Markus-Kuhn"),
            *("Beerware", "TCL", "Unicode-3.0", "Ruby", "Vim", "ZPL-2.1", "Spencer-94", "NAIST-2003", "Fair", "Intel"),
            *("CNRI-Python-GPL-Compatible", "NIST-Software", "PSF-2.0", "Python-2.0.1", "CC-BY-4.0", "eGenix", "UCAR"),
            *("CDLA-Permissive-2.0", "etalab-2.0", "bcrypt-Solar-Designer", "cve-tou", "pkgconf", "mpich2", "HTMLTIDY"),
            *("Boehm-GC", "Boehm-GC-without-fee", "GLWTPL", "Imlib2", "NetCDF", "python-ldap", "Zed"),
        ),
        "MIT",  # asks for notices only, and the FSF calls it compatible with every GPL
    ),
    **dict.fromkeys(("MulanPSL-2.0", "MulanPSL-1.0", "OSET-PL-2.1", "CERN-OHL-P-2.0"), "Apache-2.0"),  # patent terms
    "PHP-3.0": "PHP-3.01",
    "ZPL-1.1": "Apache-1.0",  # advertising clause
    **dict.fromkeys(("CC-BY-1.0", "CC-BY-2.0", "CC-BY-3.0-US", "CC-BY-3.0-IGO"), "CC-BY-3.0"),
    **dict.fromkeys(("BSD-4-Clause-Shortened", "BSD-4.3RENO", "MIT-advertising", "Xerox"), "BSD-4-Clause"),
    "wxWindows": "LGPL-2.0-or-later",
    "MPL-1.0": "MPL-1.1",
    "NPL-1.1": "MPL-1.1",
    "SPL-1.0": "MPL-1.1",
    "Nokia": "MPL-1.1",
    "ErlPL-1.1": "MPL-1.1",
    "EUPL-1.0": "EUPL-1.1",
}  # fmt: skip
"""A licence that asks for what a listed one asks for, and nothing else: the matrix's answer for that one holds."""

_KINDS: dict[Kind, tuple[str, ...]] = {
    "file": (
        *("MPL-1.1", "MPL-2.0", "MPL-2.0-no-copyleft-exception", "CDDL-1.0", "CDDL-1.1", "EPL-1.0", "EPL-2.0"),
        *("CPL-1.0", "IPL-1.0", "MS-RL", "APSL-2.0", "CERN-OHL-W-2.0", "LPL-1.02", "SISSL", "LPPL-1.3c", "APL-1.0"),
    ),
    "library": (
        *("LGPL-2.0-only", "LGPL-2.0-or-later", "LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-only"),
        *("LGPL-3.0-or-later", "CECILL-C", "LGPLLR"),
    ),
    "strong": (
        *("GPL-1.0-only", "GPL-1.0-or-later", "GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0-only", "GPL-3.0-or-later"),
        *("CECILL-1.0", "CECILL-2.0", "CECILL-2.1", "Sleepycat", "QPL-1.0", "EUPL-1.1", "EUPL-1.2", "RPL-1.5"),
        *("CERN-OHL-S-2.0", "copyleft-next-0.3.0", "copyleft-next-0.3.1", "LiLiQ-Rplus-1.1"),
    ),
    "network": (
        *("AGPL-1.0-only", "AGPL-1.0-or-later", "AGPL-3.0-only", "AGPL-3.0-or-later", "OSL-3.0", "CPAL-1.0"),
        *("CAL-1.0", "NPOSL-3.0", "RPSL-1.0", "OSL-2.1", "OSL-2.0", "OSL-1.0", "OSL-1.1"),
    ),
    "source-available": (
        *("JSON", "Hippocratic-2.1", "Aladdin", "SUL-1.0", "PPL", "CPOL-1.02", "UnRAR", "NASA-1.3"),
        *("BSD-3-Clause-No-Nuclear-License", "BSD-3-Clause-No-Military-License", "MS-LPL", "C-UDA-1.0", "TTYP0"),
    ),
    "font": ("OFL-1.0", "OFL-1.1", "OFL-1.1-RFN", "OFL-1.1-no-RFN", "Ubuntu-font-1.0"),
    "document": (
        *("CC-BY-SA-1.0", "CC-BY-SA-2.0", "CC-BY-SA-2.5", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "ODbL-1.0"),
        *("GFDL-1.1-only", "GFDL-1.1-or-later", "GFDL-1.2-only", "GFDL-1.2-or-later", "GFDL-1.3-only"),
        *("GFDL-1.3-or-later", "OPL-1.0", "FreeBSD-DOC", "ODC-By-1.0", "CDLA-Sharing-1.0"),
    ),
    "proprietary": ("LicenseRef-Proprietary",),
}  # fmt: skip

SAME_FOR_ALL = frozenset(("SSPL-1.0", "Elastic-2.0", "LicenseRef-RSALv2", "Parity-7.0.0", "Parity-6.0.0", "JSON"))
"""Source-available licences whose text leaves the licensor no parameter: two works under one of them have the same."""

SERVICE = frozenset(
    ("SSPL-1.0", "LicenseRef-RSALv2", "Elastic-2.0", "LicenseRef-Elastic-1.0", "LicenseRef-Confluent-Community")
)
"""Those whose limit is on offering the program to others as a service."""

LINKING = frozenset(
    (
        *("Classpath-exception-2.0", "GCC-exception-2.0", "GCC-exception-2.0-note", "GCC-exception-3.1"),
        *("LLVM-exception", "Linux-syscall-note", "OpenJDK-assembly-exception-1.0", "GNAT-exception", "LLGPL"),
        *("GPL-3.0-linking-exception", "GPL-3.0-linking-source-exception", "LGPL-3.0-linking-exception"),
        *("OCaml-LGPL-linking-exception", "WxWindows-exception-3.1", "eCos-exception-2.0", "freertos-exception-2.0"),
        *("FLTK-exception", "Libtool-exception", "GNU-compiler-exception", "Independent-modules-exception"),
        *("gnu-javamail-exception", "erlang-otp-linking-exception", "Qwt-exception-1.0", "mif-exception"),
        *("Fawkes-Runtime-exception", "Swift-exception", "u-boot-exception-2.0", "i2p-gpl-java-exception"),
        *("OCCT-exception-1.0", "Nokia-Qt-exception-1.1", "Qt-LGPL-exception-1.1", "Digia-Qt-LGPL-exception-1.1"),
        *("polyparse-exception", "harbour-exception", "UBDL-exception", "SWI-exception", "PCRE2-exception"),
        "mxml-exception",
    )
)  # fmt: skip
"""Exceptions that let independent code be linked with the work whatever its own licence is."""

OUTPUT = frozenset(
    (
        *("Autoconf-exception-2.0", "Autoconf-exception-3.0", "Autoconf-exception-generic", "Autoconf-exception-macro"),
        *("Autoconf-exception-generic-3.0", "Bison-exception-1.24", "Bison-exception-2.2", "Font-exception-2.0"),
        *("Texinfo-exception", "PS-or-PDF-font-exception-20170817", "KiCad-libraries-exception"),
    )
)
"""Exceptions for what the work writes or is embedded in, as a parser's skeleton or a document's font."""


EXCEPTIONS = (
    LINKING
    | OUTPUT
    | frozenset(
        (
            *("389-exception", "Asterisk-exception", "Asterisk-linking-protocols-exception", "Bootloader-exception"),
            *("CGAL-linking-exception", "CLISP-exception-2.0", "DigiRule-FOSS-exception", "GNOME-examples-exception"),
            *("GPL-3.0-389-ds-base-exception", "GPL-3.0-interface-exception", "GPL-CC-1.0", "GStreamer-exception-2005"),
            *("GStreamer-exception-2008", "Gmsh-exception", "LZMA-exception", "QPL-1.0-INRIA-2004-exception"),
            *("Qt-GPL-exception-1.0", "RRDtool-FLOSS-exception-2.0", "SANE-exception", "SHL-2.0", "SHL-2.1"),
            *("Universal-FOSS-exception-1.0", "cryptsetup-OpenSSL-exception", "fmt-exception"),
            *("libpri-OpenH323-exception", "openvpn-openssl-exception", "romic-exception", "stunnel-exception"),
            *("vsftpd-openssl-exception", "x11vnc-openssl-exception"),
        )
    )
)
"""Every exception of the SPDX list: each adds a permission, whatever it is for."""


@cache
def kind_of(licence: str) -> Kind:
    """The kind of an SPDX identifier."""
    for kind, names in _KINDS.items():
        if licence in names:
            return kind
    if source_available_in(licence) or licence.startswith(("CC-BY-ND-", "LicenseRef-Commons-Clause")):
        return "source-available"
    listed = LIKE.get(licence, licence)
    if listed != licence and (kind := kind_of(listed)) != "unknown":
        return kind
    if matrix().relation(listed, "MIT") in ("s", "y", "Y"):
        return "permissive"
    return "unknown"
