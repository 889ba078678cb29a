"""Seeds: made once for each user, sealed and never shown; and the public keys of their accounts."""
