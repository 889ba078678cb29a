"""Parameters and bodies of the routes of the notifications domain."""
