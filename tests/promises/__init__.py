"""Promises that every test checks in passing; loaded by ``tests/conftest.py``."""
