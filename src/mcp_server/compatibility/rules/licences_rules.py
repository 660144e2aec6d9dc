"""The closed list of licence rules: what `basis` of a pair can be, one sentence each."""
# ruff: noqa: E501 - because a table of one rule a line reads best

RULES: dict[str, str] = {
    "licence-pair.osadl": "OSADL's licence compatibility matrix says it of code under the one licence in a work under the other",
    "licence-pair.same": "both sides have the same licence",
    "licence-pair.permissive": "a licence that asks for notices only goes into works under any terms that keep the notices",
    "licence-pair.copyleft": "a copyleft licence holds for the whole of a work that the code becomes part of",
    "licence-pair.weak-copyleft": "weak copyleft reaches the file or the library itself, not what is linked with it",
    "licence-pair.later-version": "`or later` is a choice of versions, and one of them takes the other side in",
    "licence-pair.exception": "an exception (`WITH`) lets independent code be linked, or takes away what stood in the way",
    "licence-pair.exception-unclear": "an exception whose reach nobody has written down here, or that the whole could not keep",
    "licence-pair.combined": "GNU GPL and AGPL version 3 may be linked into one work; each part keeps its licence (section 13)",
    "licence-pair.source-available": "a source-available licence keeps rights back that an open source licence must give",
    "licence-pair.licensor-terms": "a licence whose limits each licensor writes: two works under it can have different ones",
    "licence-pair.proprietary": "no licence is granted to the public, so only the owner's word allows a use",
    "licence-pair.unknown": "no licence, or one that neither OSADL's matrix nor our table knows",
    "licence-pair.no-common-choice": "the work offers several licences, and no single one of them takes in all that it is made of",
    "licence-pair.family": "the metadata name a family of licences, and its members give different answers",
    "licence-pair.document": "a share-alike licence for texts and data, on whose mixture with code opinions differ",
    "licence-pair.font": "a font licence that lets fonts be delivered with any program",
    "licence-pair.disputed": "OSADL and the Free Software Foundation say different things of this pair",
    "licence-pair.unclear": "OSADL's matrix says that it is unclear, or depends on the case",
    "licence-pair.aggregate": "side by side in one delivery each work keeps its licence, as long as they are separate works",
    "licence-pair.network": "works that only talk over a network keep their licences; some licences hold for network users too",
}  # fmt: skip
