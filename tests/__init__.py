"""Tests of the suite: the rooms, the stories, the rules."""
