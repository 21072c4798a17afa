"""The engagements list with its tabs (R-020 to R-035)."""
