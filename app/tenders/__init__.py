"""Tendering: from a community's draft through sealed bids and ranking to the signed contract."""
