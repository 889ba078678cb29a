"""Use cases of agents: manage, ask, replay, evaluate and publish them."""
