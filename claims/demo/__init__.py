"""The demo world: a fictitious market of partners, customers and claims, dated relative to the day it is made."""
