"""What a trained model scores on data: numbers with intervals, baselines, and the records behind them."""
