"""What the masking benchmark feeds the masker: tokens, contexts, structures, encodings, benign lines, hostile inputs.

Everything is drawn at run time from a seed: nothing that looks like a live secret stands in the tree.
"""
