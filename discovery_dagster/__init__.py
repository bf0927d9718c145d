"""Discovery: from the messy exports of an IT estate to an inventory, a map and a plan."""
