"""Answers for the real `sameproject` package where it is not installed: only `sameproject.sdk.dataset`."""
