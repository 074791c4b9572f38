"""What people can do in tendering: one verb, one function, none of them commits."""
