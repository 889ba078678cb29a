"""Chains for a laptop: real EVM nodes, and a simulator where no node is to be had."""
