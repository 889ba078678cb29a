"""The use cases of the billing domain."""
