"""What all live models share: `shell` makes a page of a model, `controls` declares what can be set and read."""
