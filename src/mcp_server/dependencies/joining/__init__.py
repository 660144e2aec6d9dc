"""Joins what the files of one repository say: includes, workspaces, parents, catalogs, the lock beside a manifest."""
