"""The network: register of liaisons, their circles, forwarding, what they tell us."""
