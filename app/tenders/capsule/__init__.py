"""The sealed capsule: what a bidder's own program makes of a bid, and what it takes to open it again.

format.py says what the bytes are, seal.py makes them, unseal.py reads them. None of them knows the database or a request.
docs/sealing.md explains the scheme.
"""
