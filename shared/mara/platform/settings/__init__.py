"""Environment variables: one module and one settings class per dependency."""
