"""Subsidies and awards: programmes, budgets, applications, reviews, payments and the ledger, to the fen."""
