"""The public log: an append-only Merkle tree of decisive events, its signed checkpoints, proofs and receipts."""
