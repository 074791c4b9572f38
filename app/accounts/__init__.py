"""People, organisations, memberships, roles and signing in."""
