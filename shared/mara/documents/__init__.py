"""Documents: from an upload to passages that can be searched and cited."""
