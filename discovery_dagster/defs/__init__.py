"""What is Dagster's: assets, checks, jobs and resources, and the engine behind them."""
