"""The wizards "Add customer" (R-080 to R-097) and "Claim customer" (R-105 to R-108): one step each file."""
