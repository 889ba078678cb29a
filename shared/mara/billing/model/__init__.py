"""Values and entities of the billing domain."""
