"""Readers of PDF, scanned, Word and web documents. All need the extra `documents`."""
