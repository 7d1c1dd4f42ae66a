"""Tests of ranking's rooms."""
