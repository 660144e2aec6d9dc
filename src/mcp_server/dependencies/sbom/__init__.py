"""Bills of materials: what was found, as CycloneDX 1.6 and SPDX 2.3 write it. Deterministic: no time, no chance."""
