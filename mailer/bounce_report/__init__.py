"""What an inbound mail or a refusal says about an address: facts only, no consequences."""
