"""Which offer is which product, where our prices stand in the market, and which price to set next."""
