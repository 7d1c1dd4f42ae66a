"""Tests of loyalty, mirroring its rooms."""
