"""Everything the pages list: scoped to who looks, in a fixed number of queries."""
