"""Boards from the host's side: the protocol, virtual boards, the host program, sessions of inferences."""
