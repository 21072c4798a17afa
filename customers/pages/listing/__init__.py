"""The Customers page of an engagement (R-060 to R-071)."""
