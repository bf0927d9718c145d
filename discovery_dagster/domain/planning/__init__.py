"""Move groups and waves within what people set, and the reason of every place."""
