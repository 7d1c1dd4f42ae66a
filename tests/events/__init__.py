"""Tests of events: its rules, its calls, its seats, its pages."""
