"""Divisions, compounds, the census and coverage."""
