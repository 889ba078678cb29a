"""Chains of the local cloud: real EVM nodes, and simulators where no node is available."""
