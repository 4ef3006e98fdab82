"""The table of the items of a collection: columns with their kinds, and what each is for."""
