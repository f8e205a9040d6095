"""Trials: settings of the fields that a study searches, drawn, shared among workers and kept by Optuna."""
