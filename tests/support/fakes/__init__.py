"""In-memory fakes of ports; each passes the contract tests of the real adapter."""
