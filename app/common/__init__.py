"""What every package needs and no business word: access, audit, clock, errors, files, forms, money, tables."""
