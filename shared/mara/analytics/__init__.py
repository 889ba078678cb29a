"""Figures of the whole platform for its operators: revenue, use and cohorts. It only reads."""
