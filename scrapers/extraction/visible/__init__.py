"""What a visitor sees: the price, its currency and the stock, read off the page itself."""
