"""Admission, rate limits and retries."""
