"""Tests of how the house is kept: rooms, door plates, names, pages written from the code."""
