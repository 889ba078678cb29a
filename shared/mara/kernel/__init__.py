"""The words of every domain; knows nothing of any."""
