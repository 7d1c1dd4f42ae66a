"""What it costs, beside the floor: the same work on the bare drivers, in the same run.

`python -m tests.bench` runs every service as its own process on real servers and measures them
from outside: through RPC at one end, at the mail server's answer at the other.
"""
