"""The sealed capsule: what a bidder's own program makes of a bid, and what it takes to open it again.

format.py says what the bytes are, seal.py makes them, unseal.py reads them. None of them knows the database or a request,
and they name each other only as neighbours: tools/linli_seal takes the same three files into the bidder's own program.
docs/sealing.md explains the scheme.
"""
