"""Replaces the real `sameproject` package if it is not installed: provides only `sameproject.sdk.dataset`."""
