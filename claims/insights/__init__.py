"""Insights: how claims, deadlines, reviews and money develop, as figures (chart and table) for whoever looks.

``asked`` says what of it, ``buckets`` cuts the time, one file per question counts in the database and makes figures.
Nothing is stored: every number is counted when it is asked for, and leads to exactly the claims it counts.
"""
