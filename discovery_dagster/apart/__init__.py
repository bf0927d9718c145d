"""Reads files apart from everything else: in a child process that has limits.

Whatever a file does to the process that reads it, the file is refused in one sentence, and the
others are read. What files hold is the domain's matter; here are the process and its limits.
"""
