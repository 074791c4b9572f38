"""What the whole city looks at: the home page, the desk of each role, the calendar, the audit trail."""
