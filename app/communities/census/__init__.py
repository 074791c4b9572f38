"""The bureau's census of compounds: how its tables are read, compared with the register and written."""
