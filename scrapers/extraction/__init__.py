"""From a saved page to what it says about its product."""
