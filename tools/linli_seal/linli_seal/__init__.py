"""linli-seal: the bidder's own program for sealing a bid without a browser. capsule/ and amounts.py are the server's own files."""
