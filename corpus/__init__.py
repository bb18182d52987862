"""Runs before any other module of ours is loaded, and so before any library that would ask its maker's host."""

from corpus.offline import silence

silence()
