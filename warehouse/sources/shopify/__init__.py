"""Shopify's Admin API. The presets read the nodes of orders.graphql, products.graphql and customers.graphql."""
